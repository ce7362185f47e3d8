// Lets requests through by accounts that all webhook processes share, so that no number of them together passes a limit (docs/adr/0015-quotas.md).

import { type Amounts, growth, sumOf } from "../../domain/quota-problem.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Caches, KubeClient } from "../../operator/contract.ts";
import { lru } from "../../operator/lru.ts";
import { namespaceOf, type Rules, type Verdict, type View } from "../rules.ts";
import { Account, type Decide } from "./account.ts";
import { type Demand, overQuota } from "./demand.ts";
import { type Fate, type Ledger, type Reservation, released, reserved, settled } from "./ledger.ts";

/** The API server gives up a request after this time (its --request-timeout): what it has not stored by then it never will. */
const defaultLifeMs = 60_000;
/** A watch that lags longer than this decides nothing. */
const lagMs = 3_000;
const remembered = 10_000;

export interface ReservationsOptions {
  client: KubeClient;
  caches: Caches;
  /** The caches, and what this process has let through. */
  view: View;
  rules: readonly Rules[];
  /** How long a reservation holds whose object nobody sees, in ms. */
  lifeMs?: number;
}

export interface Reservations {
  /** Resolves with a refusal, or with undefined once what the object takes is booked. */
  reserve(demand: Demand): Promise<Verdict>;
  /** The object is not made after all. */
  release(object: KubeObject): void;
}

export function createReservations({ client, caches, view, rules, lifeMs = defaultLifeMs }: ReservationsOptions): Reservations {
  const accounts = new Map<string, Account>();
  const kinds = new Map<string, Kind>();
  /** uid → resourceVersion at which an object was last seen. */
  const ended = lru<string, string>(remembered, 2 * lifeMs);
  const notMade = lru<string, true>(remembered, 2 * lifeMs);
  for (const { kind, quota } of rules) {
    if (!quota) continue;
    kinds.set(kind.kind, kind);
    caches.of(kind).onChange(({ type, object }) => {
      if (type === "deleted") ended.set(object.metadata.uid ?? "", object.metadata.resourceVersion ?? "0");
    });
  }

  function fateOf({ kind, uid, generation }: Reservation): Fate {
    const known = kinds.get(kind);
    const seen = known && caches.of(known).byUid(uid);
    if (seen && (seen.metadata.generation ?? 0) < generation) return { is: "changing", seen };
    const version = seen ? seen.metadata.resourceVersion : ended.get(uid);
    return version === undefined ? { is: "unseen" } : { is: "known", version };
  }

  /** What of a reservation the view does not count. */
  function hidden(reservation: Reservation, { rule, object }: Demand): Amounts {
    const { name, uid, generation, amounts } = reservation;
    const shown = view.get(rule.kind, name, namespaceOf(object));
    if (shown?.metadata.uid === uid && (shown.metadata.generation ?? 0) >= generation) return {};
    const fate = fateOf(reservation);
    if (fate.is === "known") return {};
    return fate.is === "unseen" ? amounts : growth(amounts, rule.quota.amounts(fate.seen, view));
  }

  function elsewhere(demand: Demand, { reservations }: Ledger): Amounts {
    const { rule, object } = demand;
    const others = reservations.filter(({ kind, uid }) => kind === rule.kind.kind && uid !== object.metadata.uid);
    return sumOf(others.map((each) => hidden(each, demand)));
  }

  function reservationOf({ rule, object }: Demand): Reservation {
    const { name, uid = "", generation = 1 } = object.metadata;
    return { kind: rule.kind.kind, name, uid, generation, amounts: rule.quota.amounts(object, view), at: Date.now() };
  }

  const decide: Decide = async (demands, before) => {
    await Promise.all(
      Object.entries(before.heard).map(async ([name, version]) => {
        const kind = kinds.get(name);
        if (kind) await caches.of(kind).whenHeard(version, lagMs);
      }),
    );
    const given = new Set(before.reservations.map(({ uid }) => uid).filter((uid) => notMade.has(uid)));
    let ledger = settled(released(before, given), fateOf, Date.now(), lifeMs);
    const verdicts = demands.map((demand) => {
      const verdict = overQuota(demand, view, elsewhere(demand, ledger));
      if (!verdict) ledger = reserved(ledger, reservationOf(demand));
      return verdict;
    });
    return { verdicts, ledger };
  };

  return {
    async reserve(demand) {
      notMade.delete(demand.object.metadata.uid ?? "");
      const namespace = namespaceOf(demand.object);
      const account = accounts.get(namespace) ?? new Account(client, namespace, decide);
      accounts.set(namespace, account);
      return await account.reserve(demand);
    },
    release: ({ metadata }) => void notMade.set(metadata.uid ?? "", true),
  };
}
