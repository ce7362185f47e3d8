// Waiting for what the watch tells.
import assert from "node:assert/strict";
import { Heard } from "./heard.ts";

describe("Heard", () => {
  it("lets through what was told, and wakes who waits for what comes", async () => {
    const heard = new Heard("servers");
    heard.advance("9");
    await heard.wait("9", 1);
    const order: string[] = [];
    const waiting = heard.wait("10", 10_000).then(() => order.push("10"));
    const longer = heard.wait("12", 10_000).then(() => order.push("12"));
    heard.advance("11");
    await waiting;
    assert.deepEqual(order, ["10"]);
    heard.advance("12");
    await longer;
  });

  it("gives up", async () => {
    const heard = new Heard("servers");
    heard.advance("9");
    await assert.rejects(heard.wait("10", 5), { code: "Unavailable", message: "The watch of servers lags more than 5 ms behind" });
  });
});
