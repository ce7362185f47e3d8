// Keeps each FloatingIP's Port on the external network and its translation in OVN.

import { finalizers } from "../../../domain/finalizers.ts";
import { appliedKind, right } from "../../../domain/rights.ts";
import { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import type { ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { keyOf, type NetworkDeps, rowOwner, soonMs } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import { missingRow } from "../ovn/parents.ts";
import { refusalOf, refusedRetryMs } from "../refusal.ts";
import { desiredFloatingRows } from "./desired.ts";
import { desiredFloatingPort, floatingPortName, gatherFloatingIP } from "./gather.ts";
import { floatingStatus } from "./status.ts";

export function floatingIPController({ northbound, ovn }: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  return defineController<FloatingIP>({
    kind: FloatingIP,
    finalizer: finalizers.floatingIP,
    needs: [ovn],
    indexes: networkIndexes,
    owns: [Port],
    watches: [
      watch(Port, ({ metadata }, caches) => caches.of(FloatingIP).byIndex(by.port, place(metadata.namespace, metadata.name)).map(keyOf)),
      watch(Network, ({ metadata }, caches) =>
        caches.of(FloatingIP).byIndex(by.network, place(metadata.namespace, metadata.name)).map(keyOf),
      ),
      // Only those that lead somewhere care for routers, and only for routers of their own project.
      watch(Router, ({ metadata }, caches) =>
        caches
          .of(FloatingIP)
          .list(metadata.namespace)
          .filter(({ spec }) => spec.portRef !== undefined)
          .map(keyOf),
      ),
    ],
    sources,
    rights: [appliedKind(Port), right(Port, "delete")],
    concurrency: 8,

    async reconcile(floating, ctx) {
      const before = gatherFloatingIP(floating, ctx);
      const isPossible = before.network?.spec.external === true;
      const refusal = isPossible && (await refusalOf(ctx.apply(Port, desiredFloatingPort(floating), { owner: floating })));
      const world = gatherFloatingIP(floating, ctx);
      const rows = desiredFloatingRows(floating, world);
      const isWritable = missingRow(northbound, rows) === undefined;
      if (isWritable) await northbound.apply(rowOwner(floating), rows);
      const isWritten = isWritable && rows.length > 0;
      const status = floatingStatus(floating, world, isWritten);
      await ctx.applyStatus(FloatingIP, floating, refusal ? { ...status, conditions: [refusal] } : status);
      if (refusal) return { requeueAfterMs: refusedRetryMs };
      return isWritable ? {} : { requeueAfterMs: soonMs };
    },

    async finalize(floating, ctx) {
      await northbound.apply(rowOwner(floating), []);
      const { name, namespace = "" } = floating.metadata;
      const port = { name: floatingPortName(name), namespace };
      if (ctx.get(Port, port.name, namespace)) await ctx.delete(Port, port);
      return "done";
    },
  });
}
