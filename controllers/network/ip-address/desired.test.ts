// When an IPAddress goes.
import assert from "node:assert/strict";
import { ipAddress, port } from "../testing/objects.ts";
import { remainingMs } from "./desired.ts";

describe("IPAddress", () => {
  it("stays with its port, and for the grace without", () => {
    const lock = ipAddress("a", { subnetRef: { name: "sub" }, address: "10.9.0.5", portRef: { name: "p" } });
    const made = Date.parse("2026-01-01T00:00:00Z");
    assert.equal(remainingMs(lock, port("p", { networkRef: { name: "net" } }), made, 1000), undefined);
    assert.equal(remainingMs(lock, undefined, made + 400, 1000), 600);
    assert.equal(remainingMs(lock, undefined, made + 4000, 1000), 0);
  });
});
