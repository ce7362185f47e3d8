// The release before this one, read from git: its CRDs, its samples and its program.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../..");

export interface PreviousRelease {
  /** What it is, for people: a tag, or a commit. */
  name: string;
  /** A folder with its sources. They run with this release's libraries. */
  directory: string;
  remove(): void;
}

const git = (...argv: string[]) =>
  execFileSync("git", ["-C", repository, ...argv], { stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });

const line = (...argv: string[]) =>
  git(...argv)
    .toString()
    .trim();

export interface Wanted {
  /** While there is no tag, take the commit that hack/upgrade/previous names instead of the state before crds/ changed. */
  named?: boolean;
}

/** The last release's tag before this commit; while there is none, the state before crds/ changed last or a named one. */
function previousName({ named = false }: Wanted): string {
  try {
    return line("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^");
  } catch {
    if (named) return readFileSync(join(import.meta.dirname, "previous"), "utf8").trim();
    const changed = line("log", "-1", "--format=%H", "--", "crds");
    return line("rev-parse", "--short", "--verify", `${changed}^`);
  }
}

/** Why there is none to be had, when a string: in a copy without git's history. */
export function previousRelease(wanted: Wanted = {}): PreviousRelease | string {
  const directory = mkdtempSync(join(tmpdir(), "kumulus-previous-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const name = previousName(wanted);
    const archive = join(directory, "sources.tar");
    writeFileSync(archive, git("archive", name));
    execFileSync("tar", ["-xf", archive, "-C", directory]);
    symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
    return { name, directory, remove };
  } catch (error) {
    remove();
    const said = String((error as { stderr?: Buffer }).stderr ?? "").trim();
    return `git does not know the previous release (a shallow clone, or no clone): ${said || (error as Error).message}`;
  }
}
