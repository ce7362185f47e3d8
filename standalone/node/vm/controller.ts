// VirtualMachines: virt-controller's part. Notes and run strategy become VMIs, the VMI's state becomes the VM's.
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { machineFinalizer, VirtualMachine, VirtualMachineInstance, type VirtualMachineStatus } from "../../../clients/kubevirt/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import type { Context, ControllerDefinition, Result } from "../../../operator/contract.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { firstMoment } from "../../../operator/controller/first-moment.ts";
import { timestamp } from "../conditions.ts";
import { adoptionAnnotation } from "../storage/adoption.ts";
import { replaceStatus, replaceWhole, same } from "../write.ts";
import { liveUpdate } from "./live-update.ts";
import { fixedPart, fixedPartAnnotation, newInstance } from "./new-instance.ts";
import { isFinal, openRequests, powerPlan } from "./power.ts";
import { vmStatus } from "./status.ts";

function templateVolume(vm: VirtualMachine, template: NonNullable<VirtualMachine["spec"]["dataVolumeTemplates"]>[number]): DataVolume {
  const {
    name = "",
    labels,
    annotations,
  } = (template.metadata ?? {}) as { name?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  return {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "DataVolume",
    metadata: {
      name,
      namespace: vm.metadata.namespace ?? "",
      labels: { ...labels, "kubevirt.io/created-by": vm.metadata.uid ?? "" },
      // As KubeVirt does: a claim of that name is the disk, as it is.
      annotations: { ...annotations, [adoptionAnnotation]: "true" },
    },
    spec: template.spec as DataVolume["spec"],
  };
}

/** The DataVolumes of the templates, made where they are missing. */
async function dataVolumes(vm: VirtualMachine, ctx: Context): Promise<(DataVolume | undefined)[]> {
  return Promise.all(
    (vm.spec.dataVolumeTemplates ?? []).map(async (template) => {
      const wanted = templateVolume(vm, template);
      const found = ctx.get(DataVolume, wanted.metadata.name, wanted.metadata.namespace);
      if (found || vm.metadata.deletionTimestamp !== undefined) return found;
      return ctx.create(DataVolume, wanted, { owner: vm }).catch((error: unknown) => {
        if (isCode(error, "Conflict")) return undefined;
        throw error;
      });
    }),
  );
}

const isReady = (volume: DataVolume | undefined) =>
  volume?.status?.phase === "Succeeded" &&
  (volume.status.conditions?.some(({ type, status }) => type === "Bound" && status === "True") ?? false);

/** A VMI that has ended needs the VM controller no more. */
async function letGo(vmi: VirtualMachineInstance, ctx: Context): Promise<void> {
  const { finalizers = [] } = vmi.metadata;
  if (!finalizers.includes(machineFinalizer)) return;
  const left = { ...vmi.metadata, finalizers: finalizers.filter((name) => name !== machineFinalizer) };
  await replaceWhole(ctx.client, VirtualMachineInstance, vmi, { ...vmi, metadata: left });
}

async function applyPower(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance | undefined,
  plan: ReturnType<typeof powerPlan>,
  ctx: Context,
): Promise<void> {
  const { name, namespace = "" } = vm.metadata;
  if (plan.act === "create") await ctx.create(VirtualMachineInstance, newInstance(vm, plan.startPaused, timestamp()));
  if (plan.act === "delete")
    await ctx.delete(VirtualMachineInstance, { name, namespace }, vmi?.metadata.uid ? { uid: vmi.metadata.uid } : {});
}

async function applyLiveUpdate(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, ctx: Context): Promise<VirtualMachine> {
  const { instance, template } = liveUpdate(vm, vmi);
  if (vmi && instance) await replaceWhole(ctx.client, VirtualMachineInstance, vmi, { ...vmi, spec: instance });
  if (same(template, vm.spec.template.spec)) return vm;
  return ctx.client.replace(VirtualMachine, { ...vm, spec: { ...vm.spec, template: { ...vm.spec.template, spec: template } } });
}

/** VM, its VMI and DataVolumes as the caches have them now, written into the VM's status. */
async function applyStatus(
  vm: VirtualMachine,
  requests: ReturnType<typeof powerPlan>["requests"],
  volumes: (DataVolume | undefined)[],
  ctx: Context,
): Promise<Result> {
  const vmi = ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace);
  const startedWith = vmi?.metadata.annotations?.[fixedPartAnnotation];
  const restartRequired = startedWith !== undefined && !isFinal(vmi) && startedWith !== fixedPart(vm);
  const open = openRequests(requests, vmi);
  const status = vmStatus({ vm, vmi, dataVolumes: volumes, requests: open, restartRequired, now: timestamp() });
  const moment = isPassing(vm.status, status) ? firstMoment(vmi ?? vm, Date.now()) : 0;
  if (moment > 0) return { requeueAfterMs: moment };
  await replaceStatus(ctx.client, VirtualMachine, vm, status);
  return {};
}

const onTheWay = new Set(["Provisioning", "Starting"]);

/** Only the conditions of a machine on its way up would change, or the first of its steps would show. */
function isPassing(old: VirtualMachineStatus = {}, status: VirtualMachineStatus): boolean {
  const { printableStatus = "Provisioning", stateChangeRequests = [] } = old;
  const stays = printableStatus === status.printableStatus && same(stateChangeRequests, status.stateChangeRequests ?? []);
  return stays && onTheWay.has(printableStatus);
}

export function vmController(): ControllerDefinition {
  return defineController<VirtualMachine>({
    name: "virt-controller-vm",
    kind: VirtualMachine,
    finalizer: machineFinalizer,
    owns: [VirtualMachineInstance, DataVolume],
    ownConditions: false,
    settleMs: 20,
    concurrency: 8,

    async reconcile(vm, ctx) {
      const volumes = await dataVolumes(vm, ctx);
      const vmi = ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace);
      const plan = powerPlan(vm, vmi, volumes.every(isReady));
      await applyPower(vm, vmi, plan, ctx);
      const current = plan.act === "none" ? await applyLiveUpdate(vm, vmi, ctx) : vm;
      const after = ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace);
      if (after && isFinal(after)) await letGo(after, ctx);
      return applyStatus(current, plan.requests, volumes, ctx);
    },

    async finalize(vm, ctx) {
      const { name, namespace = "" } = vm.metadata;
      const vmi = ctx.get(VirtualMachineInstance, name, namespace);
      if (!vmi) return "done";
      if (vmi.metadata.deletionTimestamp === undefined) await ctx.delete(VirtualMachineInstance, { name, namespace });
      else if (isFinal(vmi)) await letGo(vmi, ctx);
      await applyStatus(vm, [], [], ctx);
      return {};
    },
  });
}
