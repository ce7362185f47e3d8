// The account of one namespace that all webhook processes share: what they have let through and not all of them may see yet. Pure.
import type { Amounts } from "../../domain/quota-problem.ts";
import type { KubeObject } from "../../models/kind.ts";

/** One object that was let through. */
export interface Reservation {
  kind: string;
  name: string;
  uid: string;
  /** Generation of the object that was let through: who knows it in that generation counts the object itself. */
  generation: number;
  /** All that the object takes, not only what it takes more than before. */
  amounts: Amounts;
  /** When it was let through, in ms since 1970. */
  at: number;
}

export interface Ledger {
  reservations: readonly Reservation[];
  /** By kind the highest resourceVersion of an object whose reservation was taken off: who decides by this account MUST have heard of it. */
  heard: Readonly<Record<string, string>>;
}

export const emptyLedger: Ledger = { reservations: [], heard: {} };

/** What one process knows of what became of a reservation. */
export type Fate =
  /** The process has seen it: `version` is the resourceVersion of the object, or of its end. */
  | { is: "known"; version: string }
  /** It has seen an older state of the object. */
  | { is: "changing"; seen: KubeObject }
  | { is: "unseen" };

const later = (a: string | undefined, b: string): string => (a !== undefined && BigInt(a) > BigInt(b) ? a : b);

/**
 * Takes off what this process sees in its cache, and what is so old that the API server has given up the request. `lifeMs` MUST NOT be less than the
 * longest time in which the API server may still store what was let through.
 */
export function settled(ledger: Ledger, fateOf: (reservation: Reservation) => Fate, now: number, lifeMs: number): Ledger {
  const heard: Record<string, string> = { ...ledger.heard };
  const left = ledger.reservations.filter((reservation) => {
    const fate = fateOf(reservation);
    if (fate.is === "known") heard[reservation.kind] = later(heard[reservation.kind], fate.version);
    return fate.is !== "known" && now - reservation.at < lifeMs;
  });
  return { reservations: left, heard };
}

/** The account with another reservation; one for the same object is replaced, and keeps the larger amounts until one of both is seen. */
export function reserved(ledger: Ledger, added: Reservation): Ledger {
  const before = ledger.reservations.find(({ uid }) => uid === added.uid);
  const rest = ledger.reservations.filter((each) => each !== before);
  return { ...ledger, reservations: [...rest, before ? { ...added, amounts: largest(before.amounts, added.amounts) } : added] };
}

function largest(a: Amounts, b: Amounts): Amounts {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof Amounts)[];
  return Object.fromEntries(keys.map((key) => [key, Math.max(a[key] ?? 0, b[key] ?? 0)]));
}

/** The account without an object's reservation. */
export const released = (ledger: Ledger, uids: ReadonlySet<string>): Ledger =>
  ledger.reservations.some(({ uid }) => uids.has(uid))
    ? { ...ledger, reservations: ledger.reservations.filter(({ uid }) => !uids.has(uid)) }
    : ledger;
