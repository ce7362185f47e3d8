// Keeps each Network's logical switch; on deletion takes its subnets along and waits for its ports.

import { finalizers } from "../../../domain/finalizers.ts";
import { right } from "../../../domain/rights.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { keyOf, type NetworkDeps, rowOwner, soonMs } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import { desiredNetworkRows, mtuOf } from "./desired.ts";
import { networkStatus } from "./status.ts";

export function networkController({ northbound, ovn, settings }: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  return defineController<Network>({
    kind: Network,
    finalizer: finalizers.network,
    needs: [ovn],
    indexes: networkIndexes,
    reads: [Port, Subnet],
    sources,
    rights: [right(Subnet, "delete")],
    concurrency: 8,

    async reconcile(network, ctx) {
      const mtu = mtuOf(network, settings);
      await northbound.apply(rowOwner(network), desiredNetworkRows(network, mtu));
      await ctx.applyStatus(Network, network, networkStatus(network, mtu));
      return {};
    },

    async finalize(network, ctx) {
      const here = place(network.metadata.namespace, network.metadata.name);
      const subnets = ctx.byIndex(Subnet, by.network, here);
      for (const subnet of subnets) await ctx.delete(Subnet, keyOf(subnet));
      if (subnets.length > 0 || ctx.byIndex(Port, by.network, here).length > 0) return { requeueAfterMs: soonMs };
      await northbound.apply(rowOwner(network), []);
      return "done";
    },
  });
}
