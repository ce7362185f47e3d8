// Device names as OpenStack shows them.

/** `/dev/<target>` as the hypervisor reports it, else what the user asked for. */
export function deviceName(target: string | undefined, asked: string | undefined): string | undefined {
  if (target) return `/dev/${target}`;
  if (!asked) return undefined;
  return asked.startsWith("/dev/") ? asked : `/dev/${asked}`;
}

/** The n-th disk of a bus: vda … vdz, vdaa …; `prefix` is vd for virtio and sd for scsi. */
export function diskDevice(prefix: "vd" | "sd", n: number): string {
  let letters = "";
  for (let rest = n; rest >= 0; rest = Math.floor(rest / 26) - 1) letters = String.fromCharCode(97 + (rest % 26)) + letters;
  return `/dev/${prefix}${letters}`;
}

/** First name of `/dev/<prefix>…` that is not taken. `taken` are whole device names; the root disk counts even where it is not listed. */
export function nextDevice(prefix: "vd" | "sd", taken: ReadonlySet<string>): string {
  for (let n = 0; ; n += 1) {
    const name = diskDevice(prefix, n);
    if (!taken.has(name)) return name;
  }
}
