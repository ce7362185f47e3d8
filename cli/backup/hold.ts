// Makes the operator stand still while a cloud is half restored, by taking its Lease.
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Lease } from "../../operator/kube/core-kinds.ts";

const key = { name: "kumulus-operator", namespace: systemNamespace };
/** An interrupted restore is to be finished by people, not by a controller that takes what is missing for deleted. */
const holdSeconds = 24 * 3600;
/** A leader has stopped by then: it tries to renew every 2 s, and gives up after 10 s whatever happens. */
const leaderStopsMs = 11_000;

const microseconds = () => new Date().toISOString().replace("Z", "000Z");

async function readLease(client: KubeClient): Promise<Lease | undefined> {
  try {
    return await client.get(Lease, key);
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}

/** Who held it before. */
async function take(client: KubeClient, identity: string): Promise<string> {
  for (;;) {
    const lease = await readLease(client);
    const before = lease?.spec?.holderIdentity ?? "";
    const spec = { holderIdentity: identity, leaseDurationSeconds: holdSeconds, acquireTime: microseconds(), renewTime: microseconds() };
    const wanted: Lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: lease?.metadata ?? key, spec };
    try {
      await (lease ? client.replace(Lease, wanted) : client.create(Lease, wanted));
      return before;
    } catch (error) {
      // Its holder has renewed it in between.
      if (!isCode(error, "Conflict")) throw error;
    }
  }
}

/** Resolves once no operator acts, with the function that lets it act again. `identity` is the same in each run of one restore. */
export async function holdOperator(client: KubeClient, identity: string, print: (text: string) => void): Promise<() => Promise<void>> {
  const before = await take(client, identity);
  if (before !== "" && before !== identity) {
    print(`Waiting ${leaderStopsMs / 1000} s until the operator (${before}) stands still`);
    await sleep(leaderStopsMs);
  }
  return async () => {
    const lease = await readLease(client);
    if (lease?.spec?.holderIdentity !== identity) return;
    await client.replace(Lease, { ...lease, spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1 } });
  };
}
