// The Server controller: reads, one pure call, writes.

import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isSettled, type KubeVirt, subresourceRights } from "../../../clients/kubevirt/subresources.ts";
import { isCode, KumulusError } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { appliedKind, right } from "../../../domain/rights.ts";
import { Server } from "../../../models/compute/server.ts";
import type { KubeObject } from "../../../models/kind.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import { Volume } from "../../../models/volume/volume.ts";
import type { Context, Result } from "../../../operator/contract.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { engineOf } from "../../../operator/controller/engine.ts";
import { firstMoment } from "../../../operator/controller/first-moment.ts";
import { Secret } from "../../../operator/kube/core-kinds.ts";
import { type GoldenDependencies, goldenRights, makeGolden } from "../../image/golden.ts";
import type { Fault } from "./build.ts";
import { desiredServer, failedPlan, type Plan } from "./desired.ts";
import { finalizeServer } from "./finalize.ts";
import { seenOf } from "./gather.ts";
import { serverIndexes, serverWatches } from "./indexes.ts";
import { hasLaunched, type Seen } from "./seen.ts";

export interface ServerDependencies extends GoldenDependencies {
  kubeVirt: KubeVirt;
}

export const serverController = (dependencies: ServerDependencies) =>
  defineController<Server>({
    kind: Server,
    finalizer: finalizers.server,
    owns: [Port],
    watches: serverWatches,
    needs: [engineOf(VirtualMachine, VirtualMachineInstance), engineOf(DataVolume)],
    reads: [Network, Subnet],
    indexes: serverIndexes,
    rights: [
      right(Port, "create", "delete"),
      right(Secret, "create"),
      right(Volume, "delete"),
      ...goldenRights,
      appliedKind(VirtualMachine),
      right(VirtualMachine, "delete"),
      right(VirtualMachineInstance, "delete"),
      ...subresourceRights("start", "stop"),
    ],
    settleMs: 20,
    concurrency: 16,

    async reconcile(server, ctx) {
      const seen = seenOf(server, ctx, dependencies.now());
      let plan = desiredServer(server, seen);
      try {
        await carryOut(server, seen, plan, ctx, dependencies);
      } catch (error) {
        const fault = refusal(error);
        if (!fault || hasLaunched(server, seen)) throw error;
        plan = failedPlan(server, seen, fault);
        await carryOut(server, seen, plan, ctx, dependencies);
      }
      const moment = isStarting(server, plan) ? firstMoment(server, dependencies.now().getTime()) : 0;
      if (moment > 0) return { requeueAfterMs: moment };
      await ctx.applyStatus(Server, server, { ...plan.status, conditions: [plan.ready] });
      return result(plan);
    },

    finalize: (server, ctx) => finalizeServer(server, ctx, dependencies),
  });

/** On its way to its first run, of which nothing is shown yet. */
const isStarting = ({ spec, status }: Server, plan: Plan) => !status && plan.status.phase === "BUILD" && spec.power !== "Off";

const result = ({ wakeAfterMs }: Plan): Result => (wakeAfterMs === undefined ? {} : { requeueAfterMs: wakeAfterMs });

/** What the API server or a webhook refused for good while the server was being built. A namespace that is being deleted takes the server along. */
function refusal(error: unknown): Fault | undefined {
  if (!(error instanceof KumulusError) || error.reason === "NamespaceTerminating") return undefined;
  if (error.code === "OverQuota" || error.code === "Forbidden") return { code: 403, message: error.message };
  return error.code === "Invalid" ? { code: 500, message: error.message } : undefined;
}

async function carryOut(server: Server, seen: Seen, plan: Plan, ctx: Context, dependencies: ServerDependencies): Promise<void> {
  const owned = { owner: server };
  if (plan.discard && seen.vm) await ctx.delete(VirtualMachine, seen.vm.metadata, uidOf(seen.vm));
  await Promise.all([
    ...plan.deletePorts.map((port) => ctx.delete(Port, port.metadata, uidOf(port))),
    ...plan.createPorts.map((port) => createOnce(() => ctx.create(Port, port, owned))),
    ...plan.secrets.map((secret) => createOnce(() => ctx.create(Secret, secret, owned))),
    ...(plan.golden && seen.image && seen.volumeType
      ? [makeGolden(ctx, dependencies, { image: seen.image, type: seen.volumeType, golden: seen.golden, step: plan.golden })]
      : []),
  ]);
  if (plan.vm) await ctx.apply(VirtualMachine, plan.vm, { owner: server, strict: true });
  if (plan.power) await switchPower(plan.power, server, ctx, dependencies.kubeVirt, plan.status.instanceName);
}

const uidOf = ({ metadata }: KubeObject) => (metadata.uid === undefined ? {} : { uid: metadata.uid });

/** The name is taken: by this very server's earlier reconcile, or by a leftover whose end wakes us. */
async function createOnce(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!isCode(error, "Conflict")) throw error;
  }
}

/** A guest that is already where it shall be is no error; other clashes are asked again. */
async function switchPower(
  power: "start" | "stop",
  server: Server,
  ctx: Context,
  kubeVirt: KubeVirt,
  instance = server.metadata.name,
): Promise<void> {
  const { namespace } = server.metadata;
  try {
    await kubeVirt[power]({ name: instance, ...(namespace && { namespace }) });
  } catch (error) {
    if (!isSettled(error, power)) throw error;
    ctx.log.debug({ power, error }, "the guest is there already");
  }
}
