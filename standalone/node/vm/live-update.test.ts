// What a change of the template does to a running VMI.
import assert from "node:assert/strict";
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instance, machine } from "../testing/objects.ts";
import { liveUpdate } from "./live-update.ts";
import { fixedPart } from "./new-instance.ts";

type Spec = NonNullable<VirtualMachine["spec"]["template"]["spec"]>;

function changed(change: (spec: Spec) => void): VirtualMachine {
  const vm = structuredClone(machine());
  if (vm.spec.template.spec) change(vm.spec.template.spec);
  return vm;
}
const running = (interfaces = ["p-1"]): VirtualMachineInstance => {
  const vmi = instance("Running");
  return { ...vmi, status: { ...vmi.status, interfaces: interfaces.map((name) => ({ name })) } };
};
const hot = (name: string) => ({ name, persistentVolumeClaim: { claimName: name, hotpluggable: true } });
const nics = (spec: VirtualMachineInstance["spec"] | undefined) =>
  spec?.domain.devices.interfaces?.map(({ name, state }) => `${name} ${state ?? ""}`.trim());
const secondNic = (spec: Spec) => {
  spec.domain.devices.interfaces?.push({ name: "p-2", bridge: {} });
  spec.networks?.push({ name: "p-2", multus: { networkName: "port-2" } });
};

describe("liveUpdate", () => {
  it("changes nothing without a change", () => {
    const vmi = running();
    assert.deepEqual(liveUpdate(machine(), vmi).instance, vmi.spec);
  });

  it("adds a hotpluggable volume with its disk, and takes it out again", () => {
    const added = changed((spec) => {
      spec.volumes?.push(hot("v"));
      spec.domain.devices.disks?.push({ name: "v", serial: "s", disk: { bus: "scsi" as never } });
    });
    const spec = liveUpdate(added, running()).instance;
    assert.deepEqual([spec?.volumes?.at(-1)?.name, spec?.domain.devices.disks?.at(-1)?.serial], ["v", "s"]);
    const after = liveUpdate(machine(), { ...running(), spec: spec ?? running().spec }).instance;
    assert.deepEqual([after?.volumes?.length, after?.domain.devices.disks?.length], [1, 1]);
    assert.equal(fixedPart(added), fixedPart(machine()));
  });

  it("leaves a plain volume alone: that needs a restart", () => {
    const vm = changed((spec) => spec.volumes?.push({ name: "v", persistentVolumeClaim: { claimName: "v" } }));
    assert.equal(liveUpdate(vm, running()).instance?.volumes?.length, 1);
    assert.notEqual(fixedPart(vm), fixedPart(machine()));
  });

  it("adds a NIC; one that only left the template stays", () => {
    const spec = liveUpdate(changed(secondNic), running()).instance;
    assert.deepEqual(nics(spec), ["p-1", "p-2"]);
    assert.deepEqual(nics(liveUpdate(machine(), { ...running(["p-1", "p-2"]), spec: spec ?? running().spec }).instance), ["p-1", "p-2"]);
  });

  it("takes a NIC out through state absent: from both once the guest has let go", () => {
    const vm = changed((spec) => {
      secondNic(spec);
      const second = spec.domain.devices.interfaces?.[1];
      if (second) second.state = "absent";
    });
    const plugged = liveUpdate(changed(secondNic), running()).instance ?? running().spec;
    const leaving = liveUpdate(vm, { ...running(["p-1", "p-2"]), spec: plugged });
    assert.deepEqual(nics(leaving.instance), ["p-1", "p-2 absent"]);
    assert.equal(leaving.template.networks?.length, 2);
    const left = liveUpdate(vm, { ...running(), spec: leaving.instance ?? plugged });
    assert.deepEqual([nics(left.instance), left.instance?.networks?.length, nics(left.template)], [["p-1"], 1, ["p-1"]]);
  });

  it("absent before it was ever plugged vanishes at once; without a VMI too", () => {
    const vm = changed((spec) => {
      secondNic(spec);
      const second = spec.domain.devices.interfaces?.[1];
      if (second) second.state = "absent";
    });
    for (const vmi of [running(), undefined]) assert.deepEqual(nics(liveUpdate(vm, vmi).template), ["p-1"]);
  });
});
