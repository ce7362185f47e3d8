// Debian packages: what the host needs to build and try the guest image, and what the guest is made of.

/** Packages that must be installed on the host before `buildGuestImage` (the set-up installs them). */
export const guestImagePackages = ["dosfstools", "e2fsprogs", "mtools", "qemu-utils", "syslinux", "syslinux-common"];

/** The meta package whose dependency is the kernel of today. */
export const kernelPackage = "linux-image-cloud-amd64";

const libraries = "lib/x86_64-linux-gnu";
const moreLibraries = "usr/lib/x86_64-linux-gnu";

/** The guest's userland: package → the files of it that the guest gets. `*` stands for any characters but a slash. */
export const guestFiles: Readonly<Record<string, readonly string[]>> = {
  "busybox-static": ["bin/busybox"],
  "dropbear-bin": ["usr/sbin/dropbear", "usr/bin/dropbearkey", "usr/bin/dbclient"],
  "openssh-sftp-server": ["usr/lib/openssh/sftp-server"],
  e2fsprogs: ["sbin/resize2fs", "sbin/mke2fs", "etc/mke2fs.conf"],
  // sudo is the real one: a guest's user writes to disks, mounts and powers off, and scripts written for Debian's cloud image call `sudo -n`.
  sudo: ["usr/bin/sudo", "usr/libexec/sudo/sudoers.so", "usr/libexec/sudo/libsudo_util.so*"],
  "libpam-modules": [`${libraries}/security/pam_permit.so`],
  libc6: [
    "libc.so.6",
    "ld-linux-x86-64.so.2",
    "libm.so.6",
    "libresolv.so.2",
    "libpthread.so.0",
    "libdl.so.2",
    "libutil.so.1",
    "libnss_dns.so.2",
    "libnss_files.so.2",
  ].map((name) => `${libraries}/${name}`),
  libtomcrypt1: [`${moreLibraries}/libtomcrypt.so.*`],
  libtommath1: [`${moreLibraries}/libtommath.so.*`],
  libgmp10: [`${moreLibraries}/libgmp.so.*`],
  libcrypt1: [`${libraries}/libcrypt.so.*`],
  zlib1g: [`${libraries}/libz.so.*`],
  libext2fs2: [`${libraries}/libext2fs.so.*`, `${libraries}/libe2p.so.*`],
  "libcom-err2": [`${libraries}/libcom_err.so.*`],
  libblkid1: [`${moreLibraries}/libblkid.so.*`],
  libuuid1: [`${moreLibraries}/libuuid.so.*`],
  libpam0g: [`${libraries}/libpam.so.*`],
  libaudit1: [`${libraries}/libaudit.so.*`],
  "libcap-ng0": [`${libraries}/libcap-ng.so.*`],
  libselinux1: [`${libraries}/libselinux.so.*`],
  "libpcre2-8-0": [`${moreLibraries}/libpcre2-8.so.*`],
};

/** Kernel modules that find the root disk: they are in the initrd. What they depend on comes along. */
export const bootModules = ["virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod"];

/** Kernel modules that the guest loads from its root file system at every boot. */
export const guestModules = [
  "virtio_net",
  ...["isofs", "vfat", "nls_cp437", "nls_ascii", "sr_mod"], // config drives
  ...["button", "evdev"], // the power button
  ...["virtio-rng", "virtio_balloon", "virtio_console", "qemu_fw_cfg", "8021q"],
];
