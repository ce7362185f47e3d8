// What people may call a kind.
import assert from "node:assert/strict";
import { kindOf } from "./find.ts";

describe("names of kinds", () => {
  const table: [name: string, kind: string | undefined][] = [
    ["Server", "Server"],
    ["servers", "Server"],
    ["floatingip", "FloatingIP"],
    ["servers.compute.kumulus.cloud", "Server"],
    ["pod", undefined],
    ["", undefined],
  ];
  for (const [name, kind] of table) it(`"${name}" is ${kind ?? "none"}`, () => assert.equal(kindOf(name)?.kind, kind));
});
