// The shared account: what is taken off it and when, and what two changes of one object take.
import assert from "node:assert/strict";
import { emptyLedger, type Fate, type Ledger, type Reservation, released, reserved, settled } from "./ledger.ts";

const booked = (uid: string, cores = 1, at = 0): Reservation => ({ kind: "Server", name: uid, uid, generation: 1, amounts: { cores }, at });
const ledgerOf = (...reservations: Reservation[]): Ledger => ({ reservations, heard: { Server: "7" } });
const uids = ({ reservations }: Ledger) => reservations.map(({ uid }) => uid).join();
const unseen: Fate = { is: "unseen" };

describe("the account of a namespace", () => {
  const cases: [string, Fate, number, string, string][] = [
    ["keeps what nobody has seen yet", unseen, 59, "a", "7"],
    ["gives up what the API server can not store any more", unseen, 60, "", "7"],
    ["takes off what is in the cache, and asks the others to have heard of it", { is: "known", version: "12" }, 0, "", "12"],
    ["never asks for less than before", { is: "known", version: "6" }, 0, "", "7"],
    ["keeps what was seen in an older state", { is: "changing", seen: { apiVersion: "", kind: "", metadata: { name: "" } } }, 0, "a", "7"],
  ];
  for (const [title, fate, now, left, heard] of cases) {
    it(title, () => {
      const after = settled(ledgerOf(booked("a")), () => fate, now, 60);
      assert.deepEqual([uids(after), after.heard.Server], [left, heard]);
    });
  }

  it("compares versions as numbers", () => {
    const after = settled({ ...ledgerOf(booked("a")), heard: { Server: "9" } }, () => ({ is: "known", version: "10" }), 0, 60);
    assert.equal(after.heard.Server, "10");
  });

  it("books one object once, with the most that one of its changes takes", () => {
    const twice = reserved(reserved(reserved(emptyLedger, booked("a", 4)), booked("b")), booked("a", 2, 5));
    assert.deepEqual([uids(twice), twice.reservations[1]?.amounts, twice.reservations[1]?.at], ["b,a", { cores: 4 }, 5]);
  });

  it("gives back what is not made after all", () => {
    assert.equal(uids(released(ledgerOf(booked("a"), booked("b")), new Set(["a"]))), "b");
  });
});
