// One line of an explanation: a thing of the chain, how far it is, and what it is made of.
import type { KubeObject } from "../../models/kind.ts";

/** `unknown`: nobody could look, or it does not matter now. */
export type State = "ready" | "waiting" | "absent" | "unknown";

export interface Line {
  /** Kind and name, with the namespace where it is not the one of the line above. */
  what: string;
  state: State;
  /** Its phase and what identifies it for people. */
  shows: string;
  /** Why it is not ready: the condition's reason and message. */
  why?: string;
  /** Given up: what it has not got is missing for that reason. */
  failed?: boolean;
  /** Recent events, the newest last. */
  events: readonly string[];
  /** When its turn comes while a chain is being built: of several things that are not ready the one with the lowest is waited for first. */
  stage: number;
  children: readonly Line[];
}

/** The turns, by what needs what. */
export const stages = {
  unseen: 0,
  given: 10,
  golden: 15,
  port: 20,
  plug: 25,
  disk: 30,
  claim: 31,
  volume: 40,
  machine: 50,
  ownDisk: 51,
  pod: 55,
  run: 60,
  guest: 70,
  binding: 80,
  own: 100,
} as const;

export const isReady = ({ state }: Line): boolean => state === "ready" || state === "unknown";

/** `Kind namespace/name`, without the namespace that the reader knows already. */
export function nameOf({ kind, metadata }: KubeObject, known?: string): string {
  const inside = metadata.namespace === undefined || metadata.namespace === known ? "" : `${metadata.namespace}/`;
  return `${kind} ${inside}${metadata.name}`;
}

/** Something that should be there and is not. */
export function absentLine(what: string, stage: number, why = "not there"): Line {
  return { what, state: "absent", shows: "", why, events: [], stage, children: [] };
}

/** Joins the words that are there. */
export const words = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(", ");
