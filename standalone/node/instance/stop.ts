// A VMI on its way down: power button, time to shut down, kill; then everything that the guest used is given back.
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { VirtualMachineInstance as Kind, machineFinalizer, VirtualMachine } from "../../../clients/kubevirt/kinds.ts";
import type { Context, Result } from "../../../operator/contract.ts";
import { Pod } from "../../../operator/kube/core-kinds.ts";
import { isFinal } from "../vm/power.ts";
import { replaceWhole } from "../write.ts";
import type { InstanceDeps } from "./deps.ts";
import { launcherPodName } from "./launcher-pod.ts";
import { defaultGraceSeconds, end } from "./run.ts";

/** A guest that is still booting does not feel the power button, so it is pressed again. */
const pressAgainMs = 3_000;

async function shutDown(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { uid = "", deletionTimestamp = "" } = vmi.metadata;
  const guest = deps.hypervisor.get(uid);
  if (!guest || guest.phase === "ended") return end(vmi, ctx, deps);
  const graceMs = (vmi.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds) * 1_000;
  const leftMs = Date.parse(deletionTimestamp) + graceMs - Date.now();
  if (leftMs <= 0) {
    await deps.hypervisor.kill(uid);
    return end(vmi, ctx, deps);
  }
  if (guest.phase === "paused") await deps.hypervisor.resume(uid);
  await deps.hypervisor.powerDown(uid);
  const after = deps.hypervisor.get(uid);
  if (after?.phase === "ended") return end(vmi, ctx, deps);
  return { requeueAfterMs: Math.min(pressAgainMs, leftMs + 50) };
}

/** Gives back plugs, volumes, the pod and the guest's folder, in this order: QEMU is gone, then the OVS port, then the tap. */
export async function tearDown(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<void> {
  const { uid = "", namespace = "" } = vmi.metadata;
  deps.queue.leave(uid);
  const guest = deps.hypervisor.get(uid);
  if (guest && guest.phase !== "ended") await deps.hypervisor.kill(uid);
  for (const { tap, owner } of deps.plugs?.list() ?? []) if (owner === uid) await deps.plugs?.unplug(tap, uid);
  for (const { volume } of guest?.spec.disks ?? []) if (volume !== undefined) deps.store.release(volume);
  const name = launcherPodName(vmi);
  if (ctx.get(Pod, name, namespace)) await ctx.delete(Pod, { name, namespace });
  deps.hypervisor.forget(uid);
}

/** Without its VM nobody else takes virt-controller's finalizer off. */
async function letGoOfOrphan(vmi: VirtualMachineInstance, ctx: Context): Promise<void> {
  const { finalizers = [], name, namespace } = vmi.metadata;
  if (!finalizers.includes(machineFinalizer) || ctx.get(VirtualMachine, name, namespace)) return;
  const metadata = { ...vmi.metadata, finalizers: finalizers.filter((each) => each !== machineFinalizer) };
  await replaceWhole(ctx.client, Kind, vmi, { ...vmi, metadata });
}

export async function stop(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<"done" | Result> {
  if (!isFinal(vmi)) return shutDown(vmi, ctx, deps);
  await tearDown(vmi, ctx, deps);
  ctx.event(vmi, "Normal", "Deleted", "Signaled Deletion");
  await letGoOfOrphan(vmi, ctx);
  return "done";
}
