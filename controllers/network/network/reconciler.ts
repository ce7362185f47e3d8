// Keeps each Network's logical switch and its metadata port; on deletion takes its subnets along and waits for its ports.

import { isCode } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { isAutomatic } from "../../../domain/net/port.ts";
import { appliedKind, right } from "../../../domain/rights.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { Context, ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { keyOf, laterMs, type NetworkDeps, rowOwner, soonMs } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import { desiredNetworkRows, mtuOf } from "./desired.ts";
import { desiredMetadataPort, isMetadataPort } from "./metadata-port.ts";
import { networkStatus } from "./status.ts";

const portsOf = (network: Network, ctx: Context) => ctx.byIndex(Port, by.network, place(network.metadata.namespace, network.metadata.name));

async function applyMetadataPort(network: Network, ctx: Context): Promise<void> {
  const subnets = ctx.byIndex(Subnet, by.network, place(network.metadata.namespace, network.metadata.name));
  const wanted = desiredMetadataPort(network, subnets);
  if (wanted) await ctx.apply(Port, wanted, { owner: network });
  else await deletePorts(network, ctx, isMetadataPort);
}

/** Where the project's quota has no room for it the network does without. */
async function hasMetadataPort(network: Network, ctx: Context): Promise<boolean> {
  try {
    await applyMetadataPort(network, ctx);
  } catch (error) {
    if (!isCode(error, "OverQuota")) throw error;
    return false;
  }
  return true;
}

async function deletePorts(network: Network, ctx: Context, which: (port: Port) => boolean): Promise<void> {
  for (const port of portsOf(network, ctx)) if (which(port)) await ctx.delete(Port, keyOf(port));
}

export function networkController({ northbound, ovn, settings }: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  return defineController<Network>({
    kind: Network,
    finalizer: finalizers.network,
    needs: [ovn],
    indexes: networkIndexes,
    owns: [Port],
    watches: [watch(Subnet, ({ metadata, spec }) => [{ name: spec.networkRef.name, namespace: metadata.namespace ?? "" }])],
    sources,
    rights: [right(Subnet, "delete"), appliedKind(Port), right(Port, "delete")],
    concurrency: 8,

    async reconcile(network, ctx) {
      const mtu = mtuOf(network, settings);
      await northbound.apply(rowOwner(network), desiredNetworkRows(network, mtu));
      await ctx.applyStatus(Network, network, networkStatus(network, mtu));
      return (await hasMetadataPort(network, ctx)) ? {} : { requeueAfterMs: laterMs };
    },

    async finalize(network, ctx) {
      const here = place(network.metadata.namespace, network.metadata.name);
      const subnets = ctx.byIndex(Subnet, by.network, here);
      await deletePorts(network, ctx, isAutomatic);
      for (const subnet of subnets) await ctx.delete(Subnet, keyOf(subnet));
      if (subnets.length > 0 || portsOf(network, ctx).length > 0) return { requeueAfterMs: soonMs };
      await northbound.apply(rowOwner(network), []);
      return "done";
    },
  });
}
