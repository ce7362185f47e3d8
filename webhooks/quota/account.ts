// One namespace's account, kept in a Lease: requests that come together are decided together and booked in one write, which fails when another webhook
// process has written meanwhile; then all of them are decided anew.
import { isCode, KumulusError } from "../../domain/errors.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Lease } from "../../operator/kube/core-kinds.ts";
import type { Verdict } from "../rules.ts";
import type { Demand } from "./demand.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";

export const leaseName = "kumulus-quota";
const annotation = "kumulus.cloud/reservations";
const longestRetries = 50;

/** Decides requests one after the other by an account: the verdicts, and the account with what was let through. */
export type Decide = (demands: readonly Demand[], ledger: Ledger) => Promise<{ verdicts: readonly Verdict[]; ledger: Ledger }>;

interface Waiting {
  demand: Demand;
  resolve: (verdict: Verdict) => void;
  reject: (error: unknown) => void;
}

/** An account that nobody can read counts as empty: what the caches show is counted all the same. */
function ledgerOf(lease: Lease): Ledger {
  try {
    return { ...emptyLedger, ...(JSON.parse(lease.metadata.annotations?.[annotation] ?? "{}") as Partial<Ledger>) };
  } catch {
    return emptyLedger;
  }
}

export class Account {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #decide: Decide;
  #waiting: Waiting[] = [];
  #isBusy = false;
  /** As we wrote it last; others may have written since. */
  #lease: Lease | undefined;

  constructor(client: KubeClient, namespace: string, decide: Decide) {
    this.#client = client;
    this.#namespace = namespace;
    this.#decide = decide;
  }

  /** Resolves with a refusal, or with undefined once the demand is booked. */
  reserve(demand: Demand): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ demand, resolve, reject });
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const verdicts = await this.#commit(batch.map(({ demand }) => demand));
        for (const [index, { resolve }] of batch.entries()) resolve(verdicts[index]);
      } catch (error) {
        this.#lease = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isBusy = false;
  }

  async #commit(demands: readonly Demand[]): Promise<readonly Verdict[]> {
    for (let attempt = 0; attempt < longestRetries; attempt++) {
      const isFresh = this.#lease === undefined;
      this.#lease ??= await this.#load();
      const before = ledgerOf(this.#lease);
      const { verdicts, ledger } = await this.#decide(demands, before);
      const isRefused = verdicts.some((verdict) => verdict !== undefined);
      // Others may have taken reservations off since we wrote last: nobody is refused by an old account.
      if ((isFresh || !isRefused) && (verdicts.every(Boolean) || (await this.#write(this.#lease, ledger)))) return verdicts;
      if (isRefused) this.#lease = undefined;
    }
    throw new KumulusError("Unavailable", `The account of the limits of ${this.#namespace} is too busy`);
  }

  async #load(): Promise<Lease> {
    const key = { name: leaseName, namespace: this.#namespace };
    try {
      return await this.#client.get(Lease, key);
    } catch (error) {
      if (!isCode(error, "NotFound")) throw error;
    }
    try {
      return await this.#client.create(Lease, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: key, spec: {} });
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
      return await this.#client.get(Lease, key);
    }
  }

  /** False when another process was faster. */
  async #write(lease: Lease, ledger: Ledger): Promise<boolean> {
    const annotations = { ...lease.metadata.annotations, [annotation]: JSON.stringify(ledger) };
    try {
      this.#lease = await this.#client.replace(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
      return true;
    } catch (error) {
      this.#lease = undefined;
      if (isCode(error, "Conflict")) return false;
      throw error;
    }
  }
}
