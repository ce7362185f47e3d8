// What the network controllers work with, and small things that all of them need.

import type { RowOwner } from "../../domain/net/row-keys.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Caches, ConditionInput, Context, Engine, ObjectKey } from "../../operator/contract.ts";
import type { Chassis } from "./ovn/chassis.ts";
import type { Northbound } from "./ovn/northbound.ts";

export interface NetworkDeps {
  /** The caches that the controllers' reads use. */
  readonly caches: Caches;
  readonly northbound: Northbound;
  readonly chassis: Chassis;
  /** What every kind that has rows needs. */
  readonly ovn: Engine;
  readonly settings: Settings;
}

export interface Settings {
  /** MTU in bytes of networks in tunnels, and of flat and VLAN networks, where the Network names none. */
  readonly tenantMTU: number;
  readonly providerMTU: number;
  /** How long an IPAddress may be seen without its Port, in ms: the Port may be younger than our copy. */
  readonly addressGraceMs: number;
  /** 0 ≤ x < 1: where the search for a free address starts. */
  readonly random: () => number;
}

/** The reads that gathering needs; the audit has them without a reconcile. */
export type Reader = Pick<Context, "get" | "byIndex">;

export const ready = (message: string, reason = "Ready"): ConditionInput => ({ type: "Ready", status: "True", reason, message });
export const notReady = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "False", reason, message });

export const rowOwner = (object: KubeObject): RowOwner => ({
  kind: object.kind,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name,
});

export function keyOf(object: KubeObject): ObjectKey {
  const { name, namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** Pause before looking again for what another controller is about to make. */
export const soonMs = 1000;

/** Pause before trying again what only the user or other users' deletions can mend. */
export const laterMs = 30_000;

/** Older objects win a conflict; of the same second the smaller uid. */
export function isOlder(a: KubeObject, b: KubeObject): boolean {
  const age = (object: KubeObject) => `${object.metadata.creationTimestamp ?? ""} ${object.metadata.uid ?? ""}`;
  return age(a) < age(b);
}
