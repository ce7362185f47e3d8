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
  const status = scheduling(statusOf(vmi), pod.metadata.uid ?? "", deps.nodeName, timestamp());
  // Most often nothing is missing: then both phases are one write.
  if (hasClaims(vmi, ctx) && hasNetworks(vmi, ctx) && hasTurn(vmi, deps)) return admit({ ...vmi, status }, pod, ctx, deps);
  await save(vmi, status, ctx);
  return {};
}

function hasClaims(vmi: VirtualMachineInstance, ctx: Context): boolean {
  return claimsOf(vmi).every((claim) => ctx.get(PersistentVolumeClaim, claim, vmi.metadata.namespace)?.status?.phase === "Bound");
}

function hasNetworks(vmi: VirtualMachineInstance, ctx: Context): boolean {
  try {
    return wantedNics(vmi).every((name) => nicPlan(vmi, name, ctx));
  } catch (error) {
    if (error instanceof Waiting || error instanceof Terminal) return false;
    throw error;
  }
}

const hasTurn = ({ metadata }: VirtualMachineInstance, { hypervisor, queue }: InstanceDeps) =>
  hypervisor.kind !== "qemu" || queue.enter(metadata.uid ?? "");

/** Scheduling: waits until everything that the guest needs is there, and it is its turn. */
export async function place(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  if (!hasClaims(vmi, ctx)) return {};
  for (const name of wantedNics(vmi)) nicPlan(vmi, name, ctx);
  if (!hasTurn(vmi, deps)) return { requeueAfterMs: queuedPollMs };
  return admit(vmi, await ensurePod(vmi, ctx, deps), ctx, deps);
}

async function admit(vmi: VirtualMachineInstance, pod: Pod, ctx: Context, deps: InstanceDeps): Promise<Result> {
  if (pod.status?.phase !== "Running") await replaceStatus(ctx.client, Pod, pod, runningPodStatus(pod, deps.address, timestamp()));
  const status = scheduled(statusOf(vmi), vmi, deps.nodeName, volumeStatuses(vmi, undefined, ctx), timestamp());
  const metadata = { ...vmi.metadata, labels: { ...vmi.metadata.labels, "kubevirt.io/nodeName": deps.nodeName } };
  return start(await replaceWhole(ctx.client, Kind, vmi, { ...vmi, metadata, status }), ctx, deps);
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
