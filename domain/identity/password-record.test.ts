// What a Secret says of a password, also after people have written into it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { passwordStatus, readPassword, withFailures, withPassword, withUpgradedHash } from "./password-record.ts";

const encoded = (text: string) => Buffer.from(text).toString("base64");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const at = "2026-01-01T00:00:00.000Z";
const made = (hash: string, data: Record<string, string> | undefined, remembered = 0) =>
  withPassword(data, "hash", { hash, createdAt: at, expiresAt: "2026-02-01T00:00:00.000Z", remembered });

describe("password record", () => {
  it("is a bare hash where nobody noted more, without the white space of files", () => {
    assert.deepEqual(readPassword({ pw: encoded("$h\n") }, "pw"), { hash: "$h", fingerprint: sha256("$h"), history: [] });
    assert.equal(readPassword({ pw: encoded(" \n") }, "pw"), undefined);
    assert.equal(readPassword(undefined, "pw"), undefined);
  });

  it("keeps its notes beside the hash, and other keys of the Secret as they are", () => {
    const data = made("a", { other: "x" });
    const password = readPassword(data, "hash");
    assert.equal(data.other, "x");
    assert.deepEqual(password?.note, { of: sha256("a"), fingerprint: sha256("a"), createdAt: at, expiresAt: "2026-02-01T00:00:00.000Z" });
    assert.ok(password);
    assert.deepEqual(passwordStatus(password), { passwordFingerprint: sha256("a"), passwordExpiresAt: "2026-02-01T00:00:00.000Z" });
  });

  it("keeps the fingerprint and the age through an upgrade of the hash", () => {
    const upgraded = withUpgradedHash(made("a", undefined), "hash", "better", "2026-01-05T00:00:00Z");
    const { hash, fingerprint, note } = readPassword(upgraded, "hash") ?? {};
    assert.deepEqual([hash, fingerprint, note?.createdAt], ["better", sha256("a"), at]);
    const bare = readPassword(withUpgradedHash({ hash: encoded("old") }, "hash", "better", at), "hash");
    assert.equal(bare?.fingerprint, sha256("old"));
  });

  it("forgets the notes when somebody writes another hash with kubectl", () => {
    const { fingerprint, note } = readPassword({ ...made("a", undefined), hash: encoded("mine") }, "hash") ?? {};
    assert.deepEqual([fingerprint, note], [sha256("mine"), undefined]);
  });

  it("remembers as many former hashes as it is told, the newest", () => {
    const data = ["a", "b", "c", "d"].reduce<Record<string, string> | undefined>((known, hash) => made(hash, known, 2), undefined);
    assert.deepEqual(readPassword(data, "hash")?.history, ["b", "c"]);
    assert.deepEqual(readPassword(made("e", data, 0), "hash")?.history, []);
  });

  it("counts failures until another password or a right one", () => {
    const failures = { count: 2, at };
    const data = withFailures(made("a", undefined), "hash", failures);
    assert.deepEqual(readPassword(data, "hash")?.failures, failures);
    assert.equal(readPassword(withFailures(data, "hash", undefined), "hash")?.failures, undefined);
    assert.equal(readPassword(made("b", data), "hash")?.failures, undefined);
  });

  for (const spoiled of ["{", "null", "7", "[]", '{"count":"many"}'])
    it(`takes spoiled notes for none: ${spoiled}`, () => {
      const data = { hash: encoded("a"), "hash.note": encoded(spoiled), "hash.failures": encoded(spoiled), "hash.history": encoded("{}") };
      assert.deepEqual(readPassword(data, "hash"), { hash: "a", fingerprint: sha256("a"), history: [] });
    });
});
