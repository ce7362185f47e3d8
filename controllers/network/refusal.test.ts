// What becomes of a refused port.
import assert from "node:assert/strict";
import { KumulusError } from "../../domain/errors.ts";
import { refusalOf } from "./refusal.ts";

describe("refusal of a port", () => {
  it("is its owner's condition when the port is invalid", async () => {
    const refusal = await refusalOf(Promise.reject(new KumulusError("Invalid", "1.2.3.4 is in no subnet")));
    assert.deepEqual([refusal?.reason, refusal?.message], ["InvalidAddress", "1.2.3.4 is in no subnet"]);
  });
  it("is none when the port is made", async () => assert.equal(await refusalOf(Promise.resolve({})), undefined));
  it("is no answer to another failure", () => assert.rejects(refusalOf(Promise.reject(new KumulusError("Conflict", "taken")))));
});
