// Log lines are JSON and hold no secrets.
import assert from "node:assert/strict";
import { createLog } from "./log.ts";

describe("createLog", () => {
  const lines: string[] = [];
  const log = createLog({ name: "test", level: "info", destination: { write: (line) => void lines.push(line) } });

  it("strikes out what is named like a secret, wherever it is", () => {
    const fields = {
      password: "p1",
      auth: { token: "p2" },
      request: { headers: { "x-auth-token": "p3", authorization: "p4" } },
      user: { adminPass: "p5" },
      kept: "yes",
    };
    log.child({ reconcileID: "r" }).info(fields, "hello");
    const line = lines.pop() ?? "";
    assert.doesNotMatch(line, /p[1-5]/);
    const parsed = JSON.parse(line);
    assert.deepEqual([parsed.level, parsed.msg, parsed.kept, parsed.reconcileID, parsed.role], ["info", "hello", "yes", "r", "test"]);
  });

  it("writes errors with their stack and nothing below its level", () => {
    log.error({ error: new Error("bad") }, "failed");
    assert.match(JSON.parse(lines.pop() ?? "{}").error.stack, /Error: bad/);
    log.debug({}, "quiet");
    assert.equal(lines.length, 0);
  });
});
