// Rights of controllers: what the runtime does for each, and what each says besides.
import assert from "node:assert/strict";
import { type Right, right } from "../../domain/rights.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Secret } from "../kube/core-kinds.ts";
import { defineController, watch } from "./define-controller.ts";
import { controllersRights } from "./rights.ts";

const text = ({ resource, verbs, system, names = [], unasked }: Right) =>
  [resource, verbs.join("+"), system ? "system" : "", ...names, unasked ? "unasked" : ""].filter(Boolean).join(" ");

const reconcile = async () => ({});

describe("rights of controllers", () => {
  const definitions = [
    defineController<Router>({
      kind: Router,
      finalizer: "f",
      owns: [Port],
      watches: [watch(Subnet, () => [])],
      reads: [Secret],
      rights: [right(Port, "create")],
      reconcile,
    }),
    defineController<Subnet>({ kind: Subnet, ownConditions: false, reconcile }),
  ];
  const rights = controllersRights({ definitions, lease: "l", systemKinds: [Secret] }).map(text);

  it("are those that runtime and definition need, and no others", () => {
    assert.deepEqual(rights, [
      "routers list+watch",
      "ports list+watch",
      "subnets list+watch",
      "secrets list+watch system",
      "routers patch",
      "routers/status patch",
      "routers/finalizers update unasked",
      "ports create",
      "subnets list+watch",
      "events create+patch",
      "leases create system",
      "leases get+update system l",
    ]);
  });
});
