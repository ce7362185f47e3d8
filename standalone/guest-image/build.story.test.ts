// The guest image as a person meets it: built from Debian packages, booted under TCG, reached by ssh, disks and cards plugged, switched off.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildGuestImage } from "./build.ts";
import { run } from "./run.ts";
import { type Guest, startGuest } from "./testing/guest.ts";

describe("guest image", function () {
  this.timeout(180_000);
  let cache: string;
  let image: string;

  before(async () => {
    mkdirSync("/tmp/guest-image", { recursive: true });
    cache = mkdtempSync("/tmp/guest-image/cache-");
    image = await buildGuestImage({ cacheDirectory: cache, say: console.log });
  });
  after(() => rmSync(cache, { recursive: true }));

  it("is at most 32 MiB, and built only once", async () => {
    assert.ok(statSync(image).size <= 32 * 1024 * 1024);
    const built = statSync(image).mtimeMs;
    assert.equal(await buildGuestImage({ cacheDirectory: cache, say: () => assert.fail("built again") }), image);
    assert.equal(statSync(image).mtimeMs, built);
  });

  describe("booted with a config drive", () => {
    let guest: Guest;
    before(async () => {
      const userData = '#!/bin/sh\necho "user data ran as $(id -u)" | tee /var/user-data-ran\n';
      const started = Date.now();
      guest = await startGuest({ image, drive: { hostname: "vm1", userData } });
      await guest.until("true", () => true);
      console.log(`      boot to ssh: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    });
    after(() => guest.end());

    it("has its host name", () => assert.equal(guest.ssh("hostname"), "vm1\n"));
    it("lets debian become root", () => assert.equal(guest.ssh("sudo -n id -u"), "0\n"));
    it("grows its root to the disk", () => guest.until("df -m / | awk 'END { print $2 }'", (size) => Number(size) > 950));
    it("runs the user data as root", () => guest.until("cat /var/user-data-ran", (text) => text === "user data ran as 0\n"));
    it("takes its address and MTU from DHCP", () => guest.until("ip route", (routes) => /^default via 10\.0\.2\.2 dev eth0/m.test(routes)));
    it("shows its boot and a login on the console", () => {
      for (const pattern of [/Linux version 6\./, /host name vm1, from the configuration drive/, /vm1 login:/, /user data ran as 0/])
        assert.match(guest.console(), pattern);
    });

    it("sees a SCSI disk that comes and goes, by its serial, and can write to it", async () => {
      const serial = "8d1c5bd6-1e14-4f2e-9c7e-5b4a0f7c9d11";
      run("qemu-img", ["create", "-q", "-f", "qcow2", join(guest.folder, "volume.qcow2"), "1G"]);
      await guest.qmp("blockdev-add", {
        "node-name": "volume",
        driver: "qcow2",
        file: { driver: "file", filename: join(guest.folder, "volume.qcow2") },
      });
      await guest.qmp("device_add", { driver: "scsi-hd", id: "volume", drive: "volume", bus: "scsi.0", serial });
      await guest.until(`ls /dev/disk/by-id/scsi-${serial} && readlink -f /dev/disk/by-id/scsi-${serial}`, (path) =>
        path.endsWith("/dev/sda\n"),
      );
      const use =
        "sudo mkfs.ext4 -q /dev/sda && sudo mount /dev/sda /mnt && echo kept | sudo tee /mnt/file && sudo umount /mnt && sudo blockdev --getsize64 /dev/sda";
      assert.equal(guest.ssh(use), "kept\n1073741824\n");
      await guest.qmp("device_del", { id: "volume" });
      await guest.until("ls /dev/sda /dev/disk/by-id 2>/dev/null || true", (list) => !list.includes("sda") && !list.includes("scsi-"));
    });

    it("gives a network card that is plugged later its address", async () => {
      await guest.qmp("netdev_add", { type: "user", id: "second", net: "10.7.7.0/24" });
      await guest.qmp("device_add", { driver: "virtio-net-pci", id: "second", netdev: "second", bus: "spare", romfile: "" });
      await guest.until("ip -4 addr show dev eth1", (text) => text.includes("10.7.7.15/24"));
      await guest.qmp("device_del", { id: "second" });
      await guest.until("ls /sys/class/net", (cards) => !cards.includes("eth1"));
    });

    it("links a virtio disk that is plugged later by its serial", async () => {
      const disk = join(guest.folder, "second.qcow2");
      run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "1G"]);
      await guest.qmp("blockdev-add", { "node-name": "second", driver: "qcow2", file: { driver: "file", filename: disk } });
      await guest.qmp("device_add", { driver: "virtio-blk-pci", drive: "second", bus: "spare", serial: "8d1c5bd6-1e14-4f2e-9" });
      await guest.until("readlink -f /dev/disk/by-id/virtio-8d1c5bd6-1e14-4f2e-9", (path) => path === "/dev/vdc\n");
    });

    it("needs less than 64 MiB", () => assert.ok(Number(guest.ssh("free -m | awk '/^Mem/ { print $3 }'")) < 64));

    it("is the same after a reset", async () => {
      const before = guest.ssh("sudo cat /etc/dropbear/dropbear_ed25519_host_key | md5sum");
      await guest.qmp("system_reset");
      await guest.until("awk '{ print int($1) }' /proc/uptime", (uptime) => Number(uptime) < 8);
      assert.equal(guest.ssh("hostname; sudo cat /etc/dropbear/dropbear_ed25519_host_key | md5sum"), `vm1\n${before}`);
      assert.equal(guest.console().match(/user data: running/g)?.length, 1);
    });

    it("obeys the power button", async () => {
      const exited = once(guest.process, "exit");
      await guest.qmp("system_powerdown");
      const [code] = await exited;
      assert.equal(code, 0);
      run("qemu-img", ["check", "-q", join(guest.folder, "disk.qcow2")]);
      assert.ok(existsSync(image));
    });
  });

  it("without a drive asks the metadata service", async () => {
    const guest = await startGuest({ image, service: { hostname: "vm2", userData: "#!/bin/sh\ntouch /var/user-data-ran\n" } });
    try {
      assert.equal(await guest.until("hostname", () => true), "vm2\n");
      await guest.until("ls /var/user-data-ran", () => true);
    } finally {
      await guest.end();
    }
  });

  it("takes a FAT drive, fixed addresses, cloud-config and a SCSI root disk", async () => {
    const networkData = {
      links: [{ id: "tap1", type: "ovs", ethernet_mac_address: "52:54:00:12:34:56", mtu: 1442 }],
      networks: [
        {
          ...{ id: "network0", link: "tap1", type: "ipv4", ip_address: "10.0.2.77", netmask: "255.255.255.0" },
          routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.0.2.2" }],
        },
      ],
      services: [{ type: "dns", address: "10.0.2.3" }],
    };
    const userData =
      "#cloud-config\npassword: secret\nssh_pwauth: true\nruncmd:\n  - [touch, /var/user-data-ran]\nwrite_files:\n  - path: /etc/motd\n    content: hello\n";
    const guest = await startGuest({
      image,
      drive: { hostname: "vm3", format: "vfat", networkData, userData },
      rootBus: "scsi",
      address: "10.0.2.77",
    });
    try {
      await guest.until("ls /var/user-data-ran && cat /etc/motd", (text) => text.endsWith("hello"));
      assert.equal(
        guest.ssh("cat /sys/class/net/eth0/mtu; cat /etc/resolv.conf; ip route | grep default"),
        "1442\nnameserver 10.0.2.3\ndefault via 10.0.2.2 dev eth0 \n",
      );
      assert.equal(
        guest.ssh("sudo awk -F: '/^debian/ { print substr($2, 1, 1) }' /etc/shadow; df /dev/sda2 | tail -n 1 | awk '{ print $6 }'"),
        "$\n/\n",
      );
    } finally {
      await guest.end();
    }
  });
});
