// One leader among the replicas, by a Lease. A leader stops acting before anybody else can take over, even if its process was paused meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../domain/errors.ts";
import type { Log } from "./contract.ts";
import type { ApiClient } from "./kube/client.ts";
import type { Lease } from "./kube/core-kinds.ts";

export interface LeaderElectionOptions {
  /** Name of the Lease. */
  name: string;
  namespace: string;
  /** Unique among the replicas, such as the pod's name and a random part. */
  identity: string;
  /** Others may take over when they saw no renewal for so long; 15 s unless said. */
  leaseMs?: number;
  /** The leader gives up after failing to renew for so long; 10 s unless said. MUST be shorter than leaseMs. */
  renewDeadlineMs?: number;
  retryMs?: number;
}

export interface LeaderElection {
  /** Resolves once we lead; rejects when the signal aborts. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Renews until the signal aborts (then resolves) or the lease is lost (then rejects). */
  keep(signal: AbortSignal): Promise<void>;
  /** Lets another replica lead at once. */
  release(): Promise<void>;
  /** False once the last renewal is too old to rely on. */
  leads(): boolean;
}

interface Seen {
  record: string;
  at: number;
}

export function createLeaderElection(client: ApiClient, options: LeaderElectionOptions, log: Log): LeaderElection {
  const { name, namespace, identity, leaseMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2_000 } = options;
  if (renewDeadlineMs >= leaseMs) throw new TypeError("renewDeadlineMs must be shorter than leaseMs");
  let seen: Seen = { record: "", at: 0 };
  let renewedAt = Number.NEGATIVE_INFINITY;

  const requestMs = Math.max(1_000, Math.floor(renewDeadlineMs / 2));
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const spec = (old: Lease | undefined): Lease["spec"] => {
    const now = new Date().toISOString().replace("Z", "000Z");
    const mine = old?.spec?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: mine ? (old?.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (old?.spec?.leaseTransitions ?? 0) + (mine ? 0 : 1),
    };
  };

  async function read(): Promise<Lease | undefined> {
    try {
      return (await client.request("GET", `${path}/${name}`, undefined, { timeoutMs: requestMs })).body as Lease;
    } catch (error) {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** Clocks of other machines are not trusted: a lease is over when we ourselves saw no change for its whole length. */
  function isFree(lease: Lease): boolean {
    const record = `${lease.spec?.holderIdentity}|${lease.spec?.renewTime}|${lease.metadata.resourceVersion}`;
    if (record !== seen.record) seen = { record, at: performance.now() };
    const holder = lease.spec?.holderIdentity;
    if (!holder || holder === identity) return true;
    return performance.now() - seen.at > (lease.spec?.leaseDurationSeconds ?? leaseMs / 1000) * 1000;
  }

  /** True when the Lease is ours now. The time counts from before the request: the others' clocks start no earlier than that. */
  async function attempt(): Promise<boolean> {
    const startedAt = performance.now();
    const lease = await read();
    if (lease && !isFree(lease)) return false;
    const metadata = lease?.metadata ?? { name, namespace };
    const wanted = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: spec(lease) };
    const [method, target] = lease ? ["PUT", `${path}/${name}`] : ["POST", path];
    try {
      await client.request(method ?? "PUT", target ?? path, wanted, { timeoutMs: requestMs });
    } catch (error) {
      if (isCode(error, "Conflict")) return false;
      throw error;
    }
    renewedAt = startedAt;
    return true;
  }

  const attemptQuietly = async () => {
    try {
      return await attempt();
    } catch (error) {
      log.warn({ lease: name, error: (error as Error).message }, "the lease could not be read or written");
      return undefined;
    }
  };

  return {
    leads: () => performance.now() - renewedAt < renewDeadlineMs,
    async acquire(signal) {
      while (!(await attemptQuietly())) await sleep(retryMs * (0.8 + Math.random() * 0.4), undefined, { signal });
      signal.throwIfAborted();
      log.info({ lease: name, identity }, "leading");
    },
    async keep(signal) {
      while (!signal.aborted) {
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        const remaining = renewDeadlineMs - (performance.now() - renewedAt);
        const tried = await Promise.race([attemptQuietly(), sleep(Math.max(0, remaining), undefined, { ref: false })]);
        if (tried === false) throw new Error(`another replica holds the lease ${name}`);
        if (performance.now() - renewedAt >= renewDeadlineMs) throw new Error(`the lease ${name} could not be renewed in time`);
      }
    },
    async release() {
      const held = renewedAt;
      renewedAt = Number.NEGATIVE_INFINITY;
      if (held === Number.NEGATIVE_INFINITY) return;
      try {
        const lease = await read();
        if (lease?.spec?.holderIdentity !== identity) return;
        const free = { ...lease, spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1 } };
        await client.request("PUT", `${path}/${name}`, free, { timeoutMs: requestMs });
      } catch (error) {
        log.warn({ lease: name, error: (error as Error).message }, "the lease was not released; it ends by itself");
      }
    },
  };
}
