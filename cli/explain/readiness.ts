// How far an object of ours is, as its Ready condition tells. Pure.
import type { Condition, KubeObject } from "../../models/kind.ts";
import { type Line, nameOf, stages, words } from "./line.ts";
import type { World } from "./world.ts";

/** What all our kinds with a status have in common. */
export interface StatusObject extends KubeObject {
  spec?: object;
  status?: { conditions?: readonly Condition[]; observedGeneration?: number; phase?: string };
}

/** Kinds that nobody has to look after: they are ready when they are there. */
const passive = new Set(["EndpointGroup", "IPAddress", "OAuthConsumer", "Policy", "RegisteredLimit", "TokenRevocation"]);

interface Readiness {
  ready: boolean;
  why?: string;
  /** No controller has seen it, or its latest change. */
  unseen?: boolean;
}

export function readinessOf(object: StatusObject): Readiness {
  const { kind, metadata, status } = object;
  if (metadata.deletionTimestamp !== undefined) {
    const held = (metadata.finalizers ?? []).join(", ");
    return { ready: false, why: `being deleted since ${metadata.deletionTimestamp}${held && `; held by the finalizers ${held}`}` };
  }
  if (passive.has(kind)) return { ready: true };
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  if (!condition) return { ready: false, unseen: true, why: "no controller has looked at it yet: does the operator run?" };
  const seen = condition.observedGeneration ?? status?.observedGeneration ?? metadata.generation;
  if (seen !== metadata.generation) return { ready: false, unseen: true, why: "no controller has looked at its latest change yet" };
  return condition.status === "True" ? { ready: true } : { ready: false, why: `${condition.reason}: ${condition.message}` };
}

/** Warnings and the last few others: enough to see what goes on. */
export function eventsOf(object: KubeObject, world: World): string[] {
  const sentences = world.events(object).map(({ type, reason, message }) => `${type}: ${reason}: ${message?.trim()}`);
  return [...new Set(sentences)].slice(-3);
}

interface Details {
  stage: number;
  known?: string | undefined;
  shows?: string;
  children?: readonly Line[];
}

/** The line of an object of ours. */
export function ownLine(object: StatusObject, world: World, { stage, known, shows, children = [] }: Details): Line {
  const { ready, why, unseen } = readinessOf(object);
  return {
    what: nameOf(object, known),
    state: ready ? "ready" : "waiting",
    shows: shows ?? words(object.status?.phase),
    ...(why !== undefined && { why }),
    ...(object.status?.phase?.toLowerCase() === "error" && { failed: true }),
    events: ready ? [] : eventsOf(object, world),
    stage: unseen ? stages.unseen : stage,
    children,
  };
}
