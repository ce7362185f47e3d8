// Keeps each Router's ports and its rows in OVN.

import { finalizers } from "../../../domain/finalizers.ts";
import { appliedKind, right } from "../../../domain/rights.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { Caches, Context, ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { keyOf, type NetworkDeps, rowOwner } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import { refusalOf, refusedRetryMs } from "../refusal.ts";
import { desiredRouterRows } from "./desired.ts";
import { gatherRouter, type RouterWorld } from "./gather.ts";
import { desiredRouterPorts } from "./ports.ts";
import { routerStatus } from "./status.ts";

/** Chassis that may be gateways to the router's external network. */
export function gatewayChassis(world: RouterWorld, { chassis }: NetworkDeps): string[] {
  const provider = world.gateway?.network?.spec.provider;
  return world.gateway ? chassis.gateways(provider?.physicalNetwork) : [];
}

async function applyPorts(router: Router, world: RouterWorld, ctx: Context): Promise<void> {
  const wanted = desiredRouterPorts(router, world);
  const names = new Set([...wanted.map((port) => port.metadata.name), ...world.interfaces.map((one) => one.portName)]);
  for (const port of wanted) await ctx.apply(Port, port, { owner: router });
  for (const port of ctx.byIndex(Port, by.owner, router.metadata.uid ?? "")) {
    if (!names.has(port.metadata.name)) await ctx.delete(Port, keyOf(port));
  }
}

export function routerController(deps: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  const { northbound, settings } = deps;
  return defineController<Router>({
    kind: Router,
    finalizer: finalizers.router,
    needs: [deps.ovn],
    indexes: networkIndexes,
    owns: [Port],
    watches: [
      watch(Port, ({ metadata }, caches) => caches.of(Router).byIndex(by.port, place(metadata.namespace, metadata.name)).map(keyOf)),
      watch(Subnet, ({ metadata }, caches) => caches.of(Router).byIndex(by.subnet, place(metadata.namespace, metadata.name)).map(keyOf)),
      watch(Network, ({ metadata }, caches) => caches.of(Router).byIndex(by.network, place(metadata.namespace, metadata.name)).map(keyOf)),
    ],
    sources: [...sources, chassisSource(deps)],
    rights: [appliedKind(Port), right(Port, "delete")],
    concurrency: 8,

    async reconcile(router, ctx) {
      const world = gatherRouter(router, ctx);
      const refusal = await refusalOf(applyPorts(router, world, ctx));
      const seen = gatherRouter(router, ctx);
      await northbound.apply(rowOwner(router), desiredRouterRows(router, seen, gatewayChassis(seen, deps), settings));
      const status = routerStatus(router, seen);
      if (refusal === undefined) {
        await ctx.applyStatus(Router, router, status);
        return {};
      }
      await ctx.applyStatus(Router, router, { ...status, conditions: [refusal] });
      return { requeueAfterMs: refusedRetryMs };
    },

    async finalize(router, ctx) {
      for (const port of ctx.byIndex(Port, by.owner, router.metadata.uid ?? "")) await ctx.delete(Port, keyOf(port));
      await northbound.apply(rowOwner(router), []);
      return "done";
    },
  });
}

/** All routers with a gateway, when the chassis change that may carry one. */
function chassisSource({ chassis, caches }: NetworkDeps): Source {
  const withGateway = (from: Caches) =>
    from
      .of(Router)
      .list()
      .filter((router) => router.spec.externalGateway !== undefined);
  return {
    name: "chassis",
    start(enqueue, signal) {
      const stop = chassis.onGateways(() => {
        for (const router of withGateway(caches)) enqueue(keyOf(router));
      });
      signal.addEventListener("abort", stop);
    },
  };
}
