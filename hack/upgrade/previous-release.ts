// The CRDs and samples of the release before this one, read from git.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../..");

export interface PreviousRelease {
  /** What it is, for people: a tag, or a commit. */
  name: string;
  /** A folder with its `crds/`. */
  directory: string;
  remove(): void;
}

const git = (...argv: string[]) =>
  execFileSync("git", ["-C", repository, ...argv], { stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
const line = (...argv: string[]) =>
  git(...argv)
    .toString()
    .trim();

/** The last release's tag before this commit; while there is none, the state before crds/ changed last. */
function previousName(): string {
  try {
    return line("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^");
  } catch {
    const changed = line("log", "-1", "--format=%H", "--", "crds");
    return line("rev-parse", "--short", "--verify", `${changed}^`);
  }
}

/** Why there is none to be had, when a string: in a copy without git's history. */
export function previousRelease(): PreviousRelease | string {
  let name: string;
  try {
    name = previousName();
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? "").trim();
    return `git does not know what was before this state of crds/ (a shallow clone, or no clone): ${said || (error as Error).message}`;
  }
  const directory = mkdtempSync(join(tmpdir(), "kumulus-previous-"));
  const archive = join(directory, "crds.tar");
  writeFileSync(archive, git("archive", name, "crds"));
  execFileSync("tar", ["-xf", archive, "-C", directory]);
  return { name, directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
