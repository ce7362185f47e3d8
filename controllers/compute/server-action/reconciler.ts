// The ServerAction controller: one action of a server at a time, oldest first.

import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isSettled, type KubeVirt, subresourceRights } from "../../../clients/kubevirt/subresources.ts";
import { instanceName } from "../../../domain/compute/names.ts";
import { KumulusError } from "../../../domain/errors.ts";
import { right } from "../../../domain/rights.ts";
import { Server } from "../../../models/compute/server.ts";
import { ServerAction } from "../../../models/compute/server-action.ts";
import type { KubeObject, ObjectMeta } from "../../../models/kind.ts";
import type { Caches, ConditionInput, Context, ObjectKey } from "../../../operator/contract.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { engineOf } from "../../../operator/controller/engine.ts";
import { keyOf } from "../server/indexes.ts";
import { type Call, desiredAction, type Step } from "./desired.ts";
import { hasEnded, nextAction, outdated } from "./queue.ts";

export interface ActionDependencies {
  kubeVirt: KubeVirt;
  now: () => Date;
}

const actionsOf = (caches: Caches, { namespace, name }: ObjectMeta) => caches.of(ServerAction).byIndex("server", keyOf(namespace, name));

/** Only actions that have not ended care. */
function unfinished(caches: Caches, server: ObjectMeta): ObjectMeta[] {
  return actionsOf(caches, server)
    .filter((action) => !hasEnded(action))
    .map(({ metadata }) => metadata);
}

function ofInstance(instance: KubeObject, caches: Caches): ObjectMeta[] {
  const { namespace, name } = instance.metadata;
  return caches
    .of(Server)
    .byIndex("instance", keyOf(namespace, name))
    .flatMap(({ metadata }) => unfinished(caches, metadata));
}

export const serverActionController = ({ kubeVirt, now }: ActionDependencies) =>
  defineController<ServerAction>({
    kind: ServerAction,
    watches: [
      watch(ServerAction, ({ spec, metadata }, caches) => unfinished(caches, { ...metadata, name: spec.serverRef.name })),
      watch(Server, ({ metadata }, caches) => unfinished(caches, metadata)),
      watch(VirtualMachine, ofInstance),
      watch(VirtualMachineInstance, ofInstance),
    ],
    needs: [engineOf(VirtualMachine, VirtualMachineInstance)],
    indexes: [
      index(ServerAction, "server", ({ spec, metadata }) => [keyOf(metadata.namespace, spec.serverRef.name)]),
      index(Server, "instance", ({ metadata }) => [keyOf(metadata.namespace, instanceName(metadata.name))]),
    ],
    rights: [right(ServerAction, "patch", "delete"), ...subresourceRights("start", "stop", "restart", "softReboot", "reset")],
    concurrency: 8,

    async reconcile(action, ctx) {
      const { namespace } = action.metadata;
      const server = ctx.get(Server, action.spec.serverRef.name, namespace);
      const all = ctx.byIndex(ServerAction, "server", keyOf(namespace, action.spec.serverRef.name));
      const instance = instanceName(action.spec.serverRef.name);
      const seen = {
        server,
        vm: ctx.get(VirtualMachine, instance, namespace),
        vmi: ctx.get(VirtualMachineInstance, instance, namespace),
        isNext: nextAction(all)?.metadata.name === action.metadata.name,
        now: now(),
      };
      if (server) await adopt(action, server, ctx);
      let step = desiredAction(action, seen);
      try {
        await carryOut(step.call, instance, namespace, kubeVirt, ctx);
      } catch (error) {
        if (!(error instanceof KumulusError) || error.code !== "Invalid") throw error;
        step = refused(step, error.message, seen.now);
      }
      await ctx.applyStatus(ServerAction, action, { ...step.status, conditions: [readyOf(step)] });
      await collect(all, ctx);
      return step.wakeAfterMs === undefined ? {} : { requeueAfterMs: step.wakeAfterMs };
    },
  });

/** Goes with its server. The field manager owns nothing else of it: the spec is the user's. */
async function adopt(action: ServerAction, server: Server, ctx: Context): Promise<void> {
  if (action.metadata.ownerReferences?.some(({ uid }) => uid === server.metadata.uid)) return;
  const { name, namespace } = action.metadata;
  const owner = { apiVersion: server.apiVersion, kind: server.kind, name: server.metadata.name, uid: server.metadata.uid ?? "" };
  const key = { name, ...(namespace && { namespace }) };
  await ctx.client.patch(ServerAction, key, { metadata: { resourceVersion: action.metadata.resourceVersion, ownerReferences: [owner] } });
}

/** A guest that is already where it shall be is seen by the watch next; what clashes otherwise is asked again. */
async function carryOut(
  call: Call | undefined,
  name: string,
  namespace: string | undefined,
  kubeVirt: KubeVirt,
  ctx: Context,
): Promise<void> {
  if (!call) return;
  const guest: ObjectKey = namespace === undefined ? { name } : { name, namespace };
  try {
    if (call.verb === "stop") await kubeVirt.stop(guest, call);
    else if (call.verb === "restart") await kubeVirt.restart(guest, call);
    else await kubeVirt[call.verb](guest);
  } catch (error) {
    if (!((call.verb === "start" || call.verb === "stop") && isSettled(error, call.verb))) throw error;
    ctx.log.debug({ call, error }, "the guest is there already");
  }
}

function refused({ status }: Step, message: string, now: Date): Step {
  return { status: { ...status, phase: "Failed", finishedAt: now.toISOString(), message } };
}

async function collect(all: readonly ServerAction[], ctx: Context): Promise<void> {
  for (const { metadata } of outdated(all)) {
    const { name, namespace, uid = "" } = metadata;
    await ctx.delete(ServerAction, { name, ...(namespace && { namespace }) }, { uid });
  }
}

function readyOf({ status }: Step): ConditionInput {
  const { phase = "Pending", message } = status;
  return { type: "Ready", status: phase === "Succeeded" ? "True" : "False", reason: phase, message: message ?? `The action is ${phase}` };
}
