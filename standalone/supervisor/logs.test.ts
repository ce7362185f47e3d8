// Log files are cut while their writer goes on.
import assert from "node:assert/strict";
import { closeSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLog, rotateLogs } from "./logs.ts";

describe("log rotation", () => {
  it("keeps three old files, and the open descriptor writes at the new end", () => {
    const dir = mkdtempSync(join(tmpdir(), "kumulus-logs-"));
    const log = openLog(dir, "a");
    for (let round = 1; round <= 5; round++) {
      writeSync(log, `round ${round} ${"x".repeat(100)}\n`);
      rotateLogs(dir, 50);
    }
    writeSync(log, "last\n");
    closeSync(log);
    assert.equal(readFileSync(join(dir, "a.log"), "utf8"), "last\n");
    assert.match(readFileSync(join(dir, "a.log.1"), "utf8"), /^round 5/);
    assert.match(readFileSync(join(dir, "a.log.3"), "utf8"), /^round 3/);
    assert.equal(existsSync(join(dir, "a.log.4")), false);
    rmSync(dir, { recursive: true });
  });

  it("leaves small files alone", () => {
    const dir = mkdtempSync(join(tmpdir(), "kumulus-logs-"));
    closeSync(openLog(dir, "a"));
    rotateLogs(dir, 50);
    assert.equal(existsSync(join(dir, "a.log.1")), false);
    rmSync(dir, { recursive: true });
  });
});
