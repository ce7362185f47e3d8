// A running VMI: its disks, NICs and links follow the spec, its status follows the guest.
import { VirtualMachineInstance as kindOf, type VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { KumulusError, Waiting } from "../../../domain/errors.ts";
import type { Context, Result } from "../../../operator/contract.ts";
import { timestamp } from "../conditions.ts";
import type { GuestState } from "../guest/guest-spec.ts";
import type { InstanceDeps } from "./deps.ts";
import { guestDisk, nicPlan, wantedNics } from "./guest-description.ts";
import { launch, save } from "./start.ts";
import { final, finalPhase, running } from "./status.ts";
import { volumeStatuses } from "./volume-views.ts";
import { isHotplug, type Volume } from "./volumes.ts";

/** A guest that has not let go of a device, or a claim that is not there yet, is asked again after this time. */
const retryMs = 3_000;

/** Work that may have to wait for something else must not keep the rest from being done. */
async function attempt(work: () => Promise<boolean>, ctx: Context): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Waiting) && !(error instanceof KumulusError && error.code === "Unavailable")) throw error;
    ctx.log.info({ reason: error.message }, "a device waits");
    return false;
  }
}

async function attachDisk(
  vmi: VirtualMachineInstance,
  volume: Volume,
  guest: GuestState,
  ctx: Context,
  deps: InstanceDeps,
): Promise<boolean> {
  const disk = await guestDisk(vmi, volume, new Set(guest.spec.disks.map(({ target }) => target)), ctx, deps);
  if (disk) await deps.hypervisor.addDisk(guest.spec.uid, disk);
  return true;
}

async function detachDisk(name: string, guest: GuestState, deps: InstanceDeps): Promise<boolean> {
  const volume = guest.spec.disks.find((disk) => disk.name === name)?.volume;
  if (!(await deps.hypervisor.removeDisk(guest.spec.uid, name))) return false;
  if (volume !== undefined) deps.store.release(volume);
  return true;
}

async function syncDisks(vmi: VirtualMachineInstance, guest: GuestState, ctx: Context, deps: InstanceDeps): Promise<boolean> {
  const volumes = vmi.spec.volumes ?? [];
  const has = new Set(guest.spec.disks.map(({ name }) => name));
  let settled = true;
  for (const { name, hotplug } of [...guest.spec.disks])
    if (hotplug && !volumes.some((volume) => volume.name === name))
      settled = (await attempt(() => detachDisk(name, guest, deps), ctx)) && settled;
  for (const volume of volumes)
    if (isHotplug(volume) && !has.has(volume.name))
      settled = (await attempt(() => attachDisk(vmi, volume, guest, ctx, deps), ctx)) && settled;
  return settled;
}

async function attachNic(vmi: VirtualMachineInstance, name: string, ctx: Context, deps: InstanceDeps): Promise<boolean> {
  const { nic, plug } = nicPlan(vmi, name, ctx);
  await deps.plugs?.plug(plug);
  await deps.hypervisor.addNic(vmi.metadata.uid ?? "", nic);
  return true;
}

async function detachNic(name: string, tap: string, uid: string, deps: InstanceDeps): Promise<boolean> {
  if (!(await deps.hypervisor.removeNic(uid, name))) return false;
  await deps.plugs?.unplug(tap, uid);
  return true;
}

async function syncNics(vmi: VirtualMachineInstance, guest: GuestState, ctx: Context, deps: InstanceDeps): Promise<boolean> {
  const wanted = wantedNics(vmi);
  const { uid } = guest.spec;
  let settled = true;
  for (const { name, tap } of [...guest.spec.nics])
    if (!wanted.includes(name)) settled = (await attempt(() => detachNic(name, tap, uid, deps), ctx)) && settled;
  for (const name of wanted)
    if (!guest.spec.nics.some((nic) => nic.name === name)) settled = (await attempt(() => attachNic(vmi, name, ctx, deps), ctx)) && settled;
  for (const { name, linkUp } of [...guest.spec.nics]) {
    const up = vmi.spec.domain.devices.interfaces?.find((nic) => nic.name === name)?.state !== "down";
    if (up !== linkUp && wanted.includes(name)) await deps.hypervisor.setLink(uid, name, up);
  }
  return settled;
}

/** Simulated guests have no process that could have crashed. */
const mayRunAgain = (uid: string, deps: InstanceDeps) => deps.restart.has(uid) || deps.hypervisor.kind === "simulated";

/** A guest that was stopped with the whole cloud runs on, as the same VMI. */
async function runAgain(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { uid = "" } = vmi.metadata;
  if (deps.hypervisor.kind === "qemu" && !deps.queue.enter(uid)) return { requeueAfterMs: retryMs };
  await launch(vmi, ctx, deps);
  deps.restart.delete(uid);
  return { requeueAfterMs: 0 };
}

export async function sync(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { uid = "" } = vmi.metadata;
  const guest = deps.hypervisor.get(uid);
  if (guest?.booted) deps.queue.leave(uid);
  if (!guest && mayRunAgain(uid, deps)) return runAgain(vmi, ctx, deps);
  if (!guest || guest.phase === "ended") return end(vmi, ctx, deps);
  if (guest.phase === "starting") return { requeueAfterMs: 1_000 };
  await save(vmi, running(vmi.status ?? {}, vmi, guest, volumeStatuses(vmi, guest, ctx), timestamp()), ctx);
  const settled = [await syncDisks(vmi, guest, ctx, deps), await syncNics(vmi, guest, ctx, deps)].every(Boolean);
  const [current, after] = [ctx.get(kindOf, vmi.metadata.name, vmi.metadata.namespace) ?? vmi, deps.hypervisor.get(uid) ?? guest];
  if (after.phase === "ended") return end(current, ctx, deps);
  await save(current, running(current.status ?? {}, current, after, volumeStatuses(current, after, ctx), timestamp()), ctx);
  return settled ? {} : { requeueAfterMs: retryMs };
}

/** The guest is no more: its last phase. */
export async function end(vmi: VirtualMachineInstance, ctx: Context, deps: InstanceDeps): Promise<Result> {
  const { uid = "" } = vmi.metadata;
  deps.queue.leave(uid);
  const phase = finalPhase(deps.hypervisor.get(uid), vmi.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds);
  await save(vmi, final(vmi.status ?? {}, phase, timestamp()), ctx);
  ctx.event(
    vmi,
    phase === "Failed" ? "Warning" : "Normal",
    "Stopped",
    phase === "Failed" ? "The VirtualMachineInstance crashed." : "The VirtualMachineInstance was shut down.",
  );
  return {};
}

export const defaultGraceSeconds = 30;
