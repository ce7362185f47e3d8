// The rights of controllers: what the runtime does for each of them, and what its definition says besides. Pure.

import { appliedKind, cachedKind, inSystem, type Right, right, rightOn, unasked } from "../../domain/rights.ts";
import type { Kind } from "../../models/kind.ts";
import type { ControllerDefinition } from "../contract.ts";
import { Event, Lease } from "../kube/core-kinds.ts";
import { kindsOf } from "./triggers.ts";

const blocking = "asked by clusters that check who may block an owner's deletion (OwnerReferencesPermissionEnforcement)";

function rightsOf(definition: ControllerDefinition, isScoped: (kind: Kind) => boolean): Right[] {
  const { kind, finalizer, owns = [], rights = [], ownConditions } = definition;
  return [
    ...kindsOf(definition).map((each) => (isScoped(each) ? inSystem(cachedKind(each)) : cachedKind(each))),
    ...(finalizer === undefined ? [] : [right(kind, "patch")]),
    ...(ownConditions === false ? [] : [rightOn(kind, "status", "patch")]),
    ...(owns.length === 0 ? [] : [unasked(rightOn(kind, "finalizers", "update"), blocking)]),
    ...rights,
  ];
}

export interface ControllersRights {
  definitions: readonly ControllerDefinition[];
  /** Name of the Lease, in the system namespace. */
  lease: string;
  /** Kinds whose cache holds the system namespace only. */
  systemKinds: readonly Kind[];
}

/** Of a process that runs these controllers: their own, events, and leader election. */
export function controllersRights({ definitions, lease, systemKinds }: ControllersRights): Right[] {
  const isScoped = ({ group, plural }: Kind) => systemKinds.some((each) => each.group === group && each.plural === plural);
  return [
    ...definitions.flatMap((definition) => rightsOf(definition, isScoped)),
    appliedKind(Event),
    inSystem(right(Lease, "create")),
    inSystem(right(Lease, "get", "update"), lease),
  ];
}
