// When an IPAddress goes.
import assert from "node:assert/strict";
import { port } from "../testing/objects.ts";
import { remainingMs } from "./desired.ts";

describe("IPAddress", () => {
  it("stays with its port, and for the grace without", () => {
    assert.equal(remainingMs(port("p", { networkRef: { name: "net" } }), 0, 1000), undefined);
    assert.equal(remainingMs(undefined, 400, 1000), 600);
    assert.equal(remainingMs(undefined, 4000, 1000), 0);
  });
});
