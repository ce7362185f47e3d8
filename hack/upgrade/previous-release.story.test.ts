// The release before this one as git knows it, and what is said where git knows nothing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("the previous release", () => {
  const directory = mkdtempSync(join(tmpdir(), "kumulus-git-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const git = (...argv: string[]) =>
    execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.org", ...argv], { stdio: "pipe" }).toString();

  it("is the last tag, before there is one the state before crds/ changed, and without history a reason", async () => {
    // A repository of its own: this one's tags come and go.
    const here = join(import.meta.dirname, "previous-release.ts");
    for (const folder of ["hack/upgrade", "crds"]) execFileSync("mkdir", ["-p", join(directory, folder)]);
    cpSync(here, join(directory, "hack/upgrade/previous-release.ts"));
    const program = (wanted: string) =>
      `import("${join(directory, "hack/upgrade/previous-release.ts")}").then(({ previousRelease }) => console.log(JSON.stringify(previousRelease(${wanted}))))`;
    const asked = (wanted = "{}") =>
      JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", program(wanted)], { stdio: "pipe" }).toString()) as
        | string
        | { name: string; directory: string };
    git("init", "--quiet");
    const commit = (file: string) => {
      execFileSync("touch", [join(directory, file)]);
      git("add", "--all");
      git("commit", "--quiet", "--message", file);
      return git("rev-parse", "--short", "HEAD").trim();
    };
    assert.match(String(asked()), /git does not know the previous release/);
    const first = commit("crds/a.yaml");
    assert.match(String(asked()), /git does not know the previous release/);
    commit("crds/b.yaml");
    commit("other");
    const before = asked();
    assert.ok(typeof before !== "string");
    assert.equal(before.name, first);
    assert.deepEqual(
      ["a", "b"].map((name) => existsSync(join(before.directory, `crds/${name}.yaml`))),
      [true, false],
    );
    rmSync(before.directory, { recursive: true });
    const name = (text: string) => writeFileSync(join(directory, "hack/upgrade/previous"), `${text}\n`);
    name("0".repeat(40)); // as in a clone without history
    assert.match(String(asked("{ named: true }")), /git does not know the previous release/);
    name(first);
    const named = asked("{ named: true }");
    assert.ok(typeof named !== "string");
    assert.equal(named.name, first);
    rmSync(named.directory, { recursive: true });
    git("tag", "v0.1.0");
    commit("crds/c.yaml");
    const tagged = asked();
    assert.ok(typeof tagged !== "string");
    assert.equal(tagged.name, "v0.1.0");
    assert.ok(existsSync(join(tagged.directory, "crds/b.yaml")) && !existsSync(join(tagged.directory, "crds/c.yaml")));
    rmSync(tagged.directory, { recursive: true });
    git("tag", "v0.2.0"); // this state's own tag is not the one before it
    const released = asked();
    assert.ok(typeof released !== "string");
    assert.equal(released.name, "v0.1.0");
    rmSync(released.directory, { recursive: true });
  });
});
