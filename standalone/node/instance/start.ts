// A VMI on its way up: Pending → Scheduling → Scheduled → Running.
import { VirtualMachineInstance as Kind, type VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isCode, KumulusError, Terminal, Waiting } from "../../../domain/errors.ts";
import type { Context, Result } from "../../../operator/contract.ts";
import { PersistentVolumeClaim, Pod } from "../../../operator/kube/core-kinds.ts";
import { timestamp } from "../conditions.ts";
import { replaceStatus, replaceWhole } from "../write.ts";
import type { InstanceDeps } from "./deps.ts";
import { guestSpec, nicPlan, wantedNics } from "./guest-description.ts";
import { launcherPod, launcherPodName, runningPodStatus } from "./launcher-pod.ts";
import { running, scheduled, scheduling, withClaimMissing, withSyncError } from "./status.ts";
import { volumeStatuses } from "./volume-views.ts";
import { claimsOf } from "./volumes.ts";

const queuedPollMs = 10_000;
const failedStartMs = 5_000;

const statusOf = (vmi: VirtualMachineInstance) => vmi.status ?? {};
export const save = (vmi: VirtualMachineInstance, status: VirtualMachineInstance["status"], ctx: Context) =>
  replaceWhole(ctx.client, Kind, vmi, { ...vmi, ...(status ? { status } : {}) });

async function ensurePod(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Pod> {
  const found = ctx.get(Pod, launcherPodName(vmi), vmi.metadata.namespace);
  if (found) return found;
  return ctx.create(Pod, launcherPod(vmi, deps.nodeName), { owner: vmi }).catch((error: unknown) => {
    if (isCode(error, "Conflict")) return ctx.client.get(Pod, { name: launcherPodName(vmi), namespace: vmi.metadata.namespace ?? "" });
    throw error;
  });
}

export async function schedule(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { namespace = "" } = vmi.metadata;
  const missing = claimsOf(vmi).find((claim) => !ctx.get(PersistentVolumeClaim, claim, namespace));
  if (missing !== undefined) {
    await save(vmi, withClaimMissing(statusOf(vmi), `${namespace}/${missing}`, timestamp()), ctx);
    return {};
  }
  const pod = await ensurePod(vmi, ctx, deps);
  await save(vmi, scheduling(statusOf(vmi), pod.metadata.uid ?? "", deps.nodeName, timestamp()), ctx);
  return {};
}

/** Everything that the guest needs is there, and it is its turn. */
export async function place(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { namespace = "", uid = "", labels } = vmi.metadata;
  const unbound = claimsOf(vmi).some((claim) => ctx.get(PersistentVolumeClaim, claim, namespace)?.status?.phase !== "Bound");
  if (unbound) return {};
  for (const name of wantedNics(vmi)) nicPlan(vmi, name, ctx);
  if (deps.hypervisor.kind === "qemu" && !deps.queue.enter(uid)) return { requeueAfterMs: queuedPollMs };
  const pod = await ensurePod(vmi, ctx, deps);
  if (pod.status?.phase !== "Running") await replaceStatus(ctx.client, Pod, pod, runningPodStatus(pod, timestamp()));
  const status = scheduled(statusOf(vmi), vmi, deps.nodeName, volumeStatuses(vmi, undefined, ctx), timestamp());
  const metadata = { ...vmi.metadata, labels: { ...labels, "kubevirt.io/nodeName": deps.nodeName } };
  await replaceWhole(ctx.client, Kind, vmi, { ...vmi, metadata, status });
  return {};
}

export async function launch(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<void> {
  const plans = wantedNics(vmi).map((name) => nicPlan(vmi, name, ctx));
  for (const { plug } of plans) await deps.plugs?.plug(plug);
  const nics = plans.map(({ nic }) => nic);
  await deps.hypervisor.start(await guestSpec(vmi, nics, ctx, deps));
}

export async function start(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { uid = "" } = vmi.metadata;
  if (deps.hypervisor.kind === "qemu") deps.queue.enter(uid);
  try {
    if (!deps.hypervisor.get(uid)) await launch(vmi, ctx, deps);
  } catch (error) {
    if (error instanceof Waiting || error instanceof Terminal || !(error instanceof KumulusError)) throw error;
    deps.queue.leave(uid);
    ctx.log.warn({ error: error.message }, "a guest did not start");
    await save(vmi, withSyncError(statusOf(vmi), error.message, timestamp()), ctx);
    return { requeueAfterMs: failedStartMs };
  }
  const guest = deps.hypervisor.get(uid);
  if (!guest || guest.phase === "starting") return { requeueAfterMs: 1_000 };
  const volumes = volumeStatuses(vmi, guest, ctx);
  await save(vmi, running(statusOf(vmi), vmi, guest, volumes, timestamp()), ctx);
  ctx.event(vmi, "Normal", "Started", "VirtualMachineInstance started.");
  return {};
}
