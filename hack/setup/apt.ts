// Installs Debian packages without letting their scripts start or stop a service.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** dpkg-query's own placeholders, not JavaScript's. */
const packageLine = ["$", "{Package} $", "{db:Status-Status}\\n"].join("");

const policyFile = "/usr/sbin/policy-rc.d";

/** Those of `wanted` that dpkg does not list as installed. */
export function missingPackages(wanted: readonly string[]): string[] {
  const { stdout = "" } = spawnSync("dpkg-query", ["-W", "-f", packageLine, ...wanted], { encoding: "utf8" });
  const installed = new Set(stdout.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.split(" ")[0]] : [])));
  return wanted.filter((name) => !installed.has(name));
}

/**
 * Debian's scripts ask policy-rc.d before they start or restart a daemon: 101 forbids it. A file that is there already is the owner's rule and
 * stays. Services that ran before go on running either way.
 */
function withoutStartingServices<T>(work: () => T): T {
  const ours = !existsSync(policyFile);
  if (ours) writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return work();
  } finally {
    if (ours) rmSync(policyFile, { force: true });
  }
}

function apt(...argv: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", ["-q", "-y", "-o", "Dpkg::Use-Pty=0", ...argv], { env, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}

/** Throws with what to do when apt fails. */
export function installPackages(names: readonly string[]): void {
  if (process.getuid?.() !== 0)
    throw new Error(`these packages are missing and only root can install them: apt-get install ${names.join(" ")}`);
  const installed = withoutStartingServices(() => {
    // Without a mirror the lists of yesterday may still do.
    apt("update");
    return apt("install", "--no-install-recommends", ...names);
  });
  if (!installed)
    throw new Error(`apt-get could not install ${names.join(" ")}; see above, mend it (network? sources.list?) and run make again`);
}
