// The metadata service of a node as a process, or as a part of one.
import { metadataKeySecret } from "../../domain/compute/metadata/url.ts";
import { inSystem, type Right, right } from "../../domain/rights.ts";
import type { Log } from "../../operator/contract.ts";
import { startHealth } from "../../operator/health.ts";
import { kubeClient } from "../../operator/kube/client.ts";
import { connect } from "../../operator/kube/connection.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { readTLS } from "../../operator/ovsdb-tls.ts";
import { sharedKey } from "../../operator/shared-key.ts";
import { type MetadataAgent, type MetadataOptions, startMetadata } from "./agent.ts";
import type { MetadataSettings } from "./settings.ts";

/** The one Secret of the signatures, and nothing of any tenant. */
export const metadataRights: readonly Right[] = [inSystem(right(Secret, "get"), metadataKeySecret.name)];

interface Part {
  log: Log;
  signal: AbortSignal;
}

/** What a part of another process has to know. */
export type PartSettings = Omit<MetadataOptions, "key" | keyof Part> & { kubeconfig: string | undefined };

/** Runs until the signal aborts. */
export async function runMetadata(
  { kubeconfig, ...options }: PartSettings,
  part: Part,
  onStart?: (agent: MetadataAgent) => void,
): Promise<void> {
  const connection = connect(kubeconfig);
  try {
    const client = kubeClient(connection, { fieldManager: "kumulus-node" });
    const key = sharedKey(metadataKeySecret);
    const agent = await startMetadata({ ...options, ...part, key: () => key(client) });
    onStart?.(agent);
    await agent.closed;
  } finally {
    await connection.close();
  }
}

/** The role of a cluster's node: in the node's own network, with its health on a port. */
export async function runMetadataRole(settings: MetadataSettings, part: Part): Promise<void> {
  const { kubeconfig, apiURL, southbound: remotes, tls, openVSwitch: confDatabase, ports, address: host } = settings;
  let agent: MetadataAgent | undefined;
  const { registry } = createMetrics();
  const health = await startHealth({ port: ports.health, ...(host && { host }), registry, ready: () => agent?.ready() ?? false });
  const southbound = { remotes, ...(tls && { tls: readTLS(tls) }) };
  try {
    await runMetadata({ kubeconfig, apiURL, southbound, confDatabase, prefix: "ovnmeta-" }, part, (started) => {
      agent = started;
    });
  } finally {
    await health.stop();
  }
}
