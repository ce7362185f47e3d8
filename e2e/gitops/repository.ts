// The git repository that Argo CD follows: a bare one in the test's folder, and a work tree to write into.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../cluster/shell.ts";

const who = ["-c", "user.name=gitops", "-c", "user.email=gitops@example.org"];

export class Repository {
  readonly url: string;
  readonly #tree: string;

  constructor(directory: string) {
    const bare = join(directory, "cloud.git");
    this.url = `file://${bare}`;
    this.#tree = join(directory, "work-tree");
    run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
    run("git", ["clone", "--quiet", bare, this.#tree]);
    this.#git("checkout", "--quiet", "-B", "main");
  }

  #git(...argv: string[]): string {
    return run("git", ["-C", this.#tree, ...who, ...argv]);
  }

  copy(from: string, to: string): void {
    cpSync(from, join(this.#tree, to), { recursive: true });
  }

  write(path: string, text: string): void {
    const target = join(this.#tree, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  remove(path: string): void {
    rmSync(join(this.#tree, path), { recursive: true });
  }

  /** Returns the new revision. */
  push(message: string): string {
    this.#git("add", "--all");
    this.#git("commit", "--quiet", "--message", message);
    this.#git("push", "--quiet", "origin", "main");
    return this.#git("rev-parse", "HEAD").trim();
  }
}
