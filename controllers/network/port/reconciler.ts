// Gives each Port its MAC and addresses, its rows in OVN and its NetworkAttachmentDefinition, and shows whether it is plugged.

import { NetworkAttachmentDefinition } from "../../../clients/multus/kinds.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { idOf } from "../../../domain/id.ts";
import { attachmentName } from "../../../domain/net/names.ts";
import { appliedKind, right } from "../../../domain/rights.ts";
import { IPAddress } from "../../../models/network/ip-address.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import { SecurityGroup } from "../../../models/network/security-group.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { Context, ControllerDefinition, Result, Source } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { engineOf } from "../../../operator/controller/engine.ts";
import { keyOf, laterMs, type NetworkDeps, rowOwner, soonMs } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import { ensureDropGroup, missingRow } from "../ovn/parents.ts";
import type { SwitchPortRow } from "../ovn/tables.ts";
import { decideAddresses, type HeldAddress, isHeld } from "./addresses.ts";
import { desiredAttachment, desiredPortRows, type PortFacts, portSettings, switchPortUuid } from "./desired.ts";
import { gatherPort, type PortWorld } from "./gather.ts";
import { createLocker, isFailure, type LockFailure } from "./lock.ts";
import { decideMac } from "./mac.ts";
import { type Binding, readyStatus, unreadyStatus } from "./status.ts";

/** Where the search for the metadata port's addresses starts: users who choose addresses themselves choose low ones. */
const endOfPools = 1 - 2 ** -48;

export function portController(deps: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  const { northbound, chassis, settings } = deps;

  function bindingOf(port: Port): Binding {
    const row = northbound.row<SwitchPortRow>("Logical_Switch_Port", switchPortUuid(idOf(port)));
    return { up: row?.up === true, host: chassis.hostOf(idOf(port)) };
  }

  async function lockAddresses(port: Port, world: PortWorld, mac: string, ctx: Context): Promise<HeldAddress[] | Failure> {
    const decision = decideAddresses(port, world, mac);
    if ("problem" in decision) return decision.problem;
    const random = world.role === "metadata" ? () => endOfPools : settings.random;
    const locker = createLocker(ctx, port, world.namespace ?? "", random);
    const addresses: HeldAddress[] = [];
    for (const slot of decision.slots) {
      const result = isHeld(slot) ? slot : await locker.lock(slot);
      if (isFailure(result)) return result;
      addresses.push(result);
    }
    for (const lock of decision.release) await ctx.delete(IPAddress, keyOf(lock), { uid: lock.metadata.uid ?? "" });
    return addresses;
  }

  return defineController<Port>({
    kind: Port,
    finalizer: finalizers.port,
    needs: [deps.ovn, engineOf(NetworkAttachmentDefinition)],
    indexes: networkIndexes,
    owns: [NetworkAttachmentDefinition],
    reads: [IPAddress],
    watches: [
      watch(Network, ({ metadata }, caches) => caches.of(Port).byIndex(by.network, place(metadata.namespace, metadata.name)).map(keyOf)),
      watch(Subnet, ({ metadata, spec }, caches) =>
        caches.of(Port).byIndex(by.network, place(metadata.namespace, spec.networkRef.name)).map(keyOf),
      ),
      watch(SecurityGroup, ({ metadata, spec }, caches) => {
        const { name, namespace = "" } = metadata;
        const named = caches.of(Port).byIndex(by.group, place(namespace, name));
        const all = spec.isDefault ? [...named, ...caches.of(Port).byIndex(by.noGroup, namespace)] : named;
        // A change of its rules is none of the port's: unless it comes or goes only ports that are still without the group look again.
        const goes = metadata.deletionTimestamp !== undefined;
        return all.filter((port) => goes || !port.status?.securityGroups?.includes(name)).map(keyOf);
      }),
      watch(Router, ({ metadata, spec }) =>
        (spec.interfaces ?? []).flatMap((one) => (one.portRef ? [{ name: one.portRef.name, namespace: metadata.namespace ?? "" }] : [])),
      ),
    ],
    sources: [...sources, bindingSource(deps)],
    rights: [
      appliedKind(NetworkAttachmentDefinition),
      right(NetworkAttachmentDefinition, "delete"),
      right(IPAddress, "get", "create", "delete"),
    ],
    settleMs: 10,
    concurrency: 16,

    async reconcile(port, ctx) {
      const world = gatherPort(port, ctx);
      const { network } = world;
      const fail = (failure: Failure) => giveUp(port, ctx, failure);
      if (!network) return fail({ reason: "WaitingForNetwork", message: `Waiting for Network ${port.spec.networkRef.name}` });
      // A port that has its addresses is none the worse for a subnet that comes later.
      const [waitsFor] = port.status?.fixedIPs === undefined ? world.pendingSubnets : [];
      if (waitsFor !== undefined) return fail({ reason: "WaitingForSubnet", message: `Waiting for Subnet ${waitsFor}` });
      const decided = decideMac(port, ctx);
      if ("problem" in decided) return fail(decided.problem);
      const addresses = await lockAddresses(port, world, decided.mac, ctx);
      if (!Array.isArray(addresses)) return fail(addresses);
      const facts = { mac: decided.mac, addresses, ...portSettings(port, network, deps) };
      const [group] = world.missingGroups;
      if (group !== undefined) return fail({ reason: "WaitingForSecurityGroup", message: `Waiting for SecurityGroup ${group}`, facts });
      const rows = desiredPortRows(port, world, network, facts);
      if (world.portSecurity) await ensureDropGroup(northbound);
      const missing = missingRow(northbound, rows);
      if (missing !== undefined) return fail({ reason: "WaitingForOVN", message: `Waiting for ${missing} in OVN`, facts });
      await northbound.apply(rowOwner(port), rows);
      if (world.role === "vif") await ctx.apply(NetworkAttachmentDefinition, desiredAttachment(port, facts), { owner: port });
      else await deleteAttachment(port, ctx);
      await ctx.applyStatus(Port, port, readyStatus(port, world, facts, bindingOf(port)));
      return {};
    },

    async finalize(port, ctx) {
      await northbound.apply(rowOwner(port), []);
      await deleteAttachment(port, ctx);
      for (const lock of ctx.byIndex(IPAddress, by.port, place(port.metadata.namespace, port.metadata.name)))
        await ctx.delete(IPAddress, keyOf(lock));
      return "done";
    },
  });
}

/** A port that became a router's has no use for one. */
async function deleteAttachment(port: Port, ctx: Context): Promise<void> {
  const name = attachmentName(idOf(port));
  const { namespace = "" } = port.metadata;
  if (ctx.get(NetworkAttachmentDefinition, name, namespace)) await ctx.delete(NetworkAttachmentDefinition, { name, namespace });
}

interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly facts?: PortFacts;
}

/** Waiting is not final: a watch or a look soon after goes on. Anything else stays until the user or others change something. */
async function giveUp(
  port: Port,
  ctx: Context,
  { reason, message, facts }: Failure | (LockFailure & { facts?: PortFacts }),
): Promise<Result> {
  const isWaiting = reason.startsWith("Waiting");
  await ctx.applyStatus(Port, port, unreadyStatus(port, isWaiting ? "BUILD" : "ERROR", reason, message, facts));
  return { requeueAfterMs: isWaiting ? soonMs : laterMs };
}

/** Ports whose plug state changed in OVN. */
function bindingSource({ northbound, chassis }: NetworkDeps): Source {
  return {
    name: "binding",
    start(enqueue, signal) {
      const enqueueRow = (row: SwitchPortRow | undefined) => {
        const { "kumulus:kind": kind, "kumulus:namespace": namespace, "kumulus:name": name } = row?.external_ids ?? {};
        if (kind === "Port" && name !== undefined) enqueue({ name, namespace: namespace ?? "" });
      };
      const stops = [
        northbound.client.onChange<SwitchPortRow>("Logical_Switch_Port", (change) => {
          if (change.type === "update" && change.old.up !== change.row.up) enqueueRow(change.row);
        }),
        // The host comes and goes a moment before `up` does; the one look then shows both.
        chassis.onBinding((logicalPort) => {
          const row = northbound.row<SwitchPortRow>("Logical_Switch_Port", switchPortUuid(logicalPort));
          if (row?.up === (chassis.hostOf(logicalPort) !== undefined)) enqueueRow(row);
        }),
      ];
      signal.addEventListener("abort", () => {
        for (const stop of stops) stop();
      });
    },
  };
}
