// The end of a Server: the guest first, then its Ports, then the volumes that go with it.
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { KubeVirt } from "../../../clients/kubevirt/subresources.ts";
import { instanceName, serverLabel, serverLabelValue } from "../../../domain/compute/names.ts";
import { KumulusError } from "../../../domain/errors.ts";
import { Server } from "../../../models/compute/server.ts";
import { Port } from "../../../models/network/port.ts";
import { Volume } from "../../../models/volume/volume.ts";
import type { Context, Result } from "../../../operator/contract.ts";
import { guestOf } from "./desired.ts";
import { isOwnedBy, ownPortsOf, seenOf } from "./gather.ts";
import { assignNics } from "./nics.ts";
import { isLive } from "./seen.ts";
import { serverStatus } from "./status.ts";

/** Each step waits for the events of the one before; the golden disk stays with its image. */
export async function finalizeServer(
  server: Server,
  ctx: Context,
  { kubeVirt, now }: { kubeVirt: KubeVirt; now: () => Date },
): Promise<"done" | Result> {
  const { namespace } = server.metadata;
  const guest = { name: instanceName(server.metadata.name), ...(namespace && { namespace }) };
  const vm = ctx.get(VirtualMachine, guest.name, namespace);
  const vmi = ctx.get(VirtualMachineInstance, guest.name, namespace);
  const ours = vm !== undefined && isOwnedBy(vm, server);
  const ourRun = vmi?.metadata.labels?.[serverLabel] === serverLabelValue(server.metadata.name) && (ours || !vm);
  if (vm && ours && !vm.metadata.deletionTimestamp) {
    if (isLive(vmi)) await pullPlug(kubeVirt, guest, ctx);
    await ctx.delete(VirtualMachine, guest, vm.metadata.uid === undefined ? {} : { uid: vm.metadata.uid });
  }
  if (!vm && vmi && ourRun) await ctx.delete(VirtualMachineInstance, guest);
  if (ours || ourRun) {
    await showDeleting(server, ctx, now());
    return {};
  }
  const ports = ownPortsOf(server, ctx);
  await Promise.all(ports.map(({ metadata }) => ctx.delete(Port, metadata, metadata.uid === undefined ? {} : { uid: metadata.uid })));
  if (ports.some(({ metadata }) => ctx.get(Port, metadata.name, namespace)?.metadata.uid === metadata.uid)) return {};
  await deleteVolumes(server, ctx);
  return "done";
}

/** Nova's delete does not wait for the guest. KubeVirt may refuse in any state between; the deletion of the VM follows anyway. */
async function pullPlug(kubeVirt: KubeVirt, guest: { name: string; namespace?: string }, ctx: Context): Promise<void> {
  try {
    await kubeVirt.stop(guest, { gracePeriodSeconds: 0 });
  } catch (error) {
    if (!(error instanceof KumulusError)) throw error;
    ctx.log.debug({ error }, "the guest is not stopped before its deletion");
  }
}

async function showDeleting(server: Server, ctx: Context, now: Date): Promise<void> {
  const seen = seenOf(server, ctx, now);
  const nics = assignNics(server, seen.ownPorts, seen.namedPorts);
  const failed = server.status?.fault !== undefined;
  const guest = seen.vm && guestOf(seen.vm, seen);
  const { status, ready } = serverStatus(server, seen, { nics, failed, buildTask: "deleting", ...(guest && { guest }) });
  await ctx.applyStatus(Server, server, {
    ...status,
    conditions: [{ ...ready, status: "False", reason: "Deleting", message: "The server is being deleted" }],
  });
}

/** They end once this Server is gone: their own finalizer waits until nobody holds them. */
async function deleteVolumes(server: Server, ctx: Context): Promise<void> {
  const { namespace } = server.metadata;
  const doomed = (server.spec.volumes ?? []).filter(({ deleteOnTermination }) => deleteOnTermination);
  await Promise.all(doomed.map(({ name }) => ctx.delete(Volume, { name, ...(namespace && { namespace }) })));
}
