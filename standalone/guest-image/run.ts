// Runs one program of the host for the image build and says what to do when it fails.
import { spawnSync } from "node:child_process";

/** Standard output of the program. Throws with the program's last words and, where the program is missing, with the package to install. */
export function run(program: string, args: readonly string[], options: { cwd?: string; input?: string | Buffer } = {}): Buffer {
  const result = spawnSync(program, args, {
    ...options,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, LC_ALL: "C", PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  if (result.error) throw new Error(`${program} cannot be run (${result.error.message}): install the packages of \`make up\`'s set-up`);
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(" ")} failed: ${result.stderr.toString().trim().split("\n").slice(-5).join("; ")}`);
  return result.stdout;
}
