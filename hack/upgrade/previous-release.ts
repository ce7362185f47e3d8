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

/** The last release's tag before this commit; while there is none, the commit that hack/upgrade/previous names. */
function previousName(): string {
  try {
    return git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^").toString().trim();
  } catch {
    return readFileSync(join(import.meta.dirname, "previous"), "utf8").trim();
  }
}

/** Why there is none to be had, when a string: in a copy without git's history. */
export function previousRelease(): PreviousRelease | string {
  const directory = mkdtempSync(join(tmpdir(), "kumulus-previous-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const name = previousName();
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
