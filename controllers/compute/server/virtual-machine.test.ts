// Every VirtualMachine and DataVolume that we emit, against the engines' real CRDs and what they accept in silence.
import assert from "node:assert/strict";
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { VirtualMachine } from "../../../clients/kubevirt/kinds.ts";
import { haveEngineSchemas, schemaErrors } from "../../../clients/testing/engine-schema.ts";
import { nicPortName } from "../../../domain/compute/names.ts";
import type { Server } from "../../../models/compute/server.ts";
import { addressed, flavor, golden, held, image, keyPair, seen, server, vmi, vmOf } from "../testing/fixtures.ts";
import { withAttachments } from "./attachments.ts";
import { desiredServer } from "./desired.ts";
import { configDriveNetworkData } from "./network-data.ts";
import type { Seen } from "./seen.ts";

const nic0 = addressed(nicPortName("web-1", 0));

function emitted(spec: Partial<Server["spec"]> = {}, more: Partial<Seen> = {}) {
  const plan = desiredServer(server(spec), seen({ ownPorts: [nic0], ...more }));
  assert.ok(plan.vm, `${plan.ready.reason}: ${plan.ready.message}`);
  return { vm: plan.vm, plan, instance: plan.vm.spec.template.spec ?? assert.fail("no spec") };
}

const machines: [why: string, spec: Partial<Server["spec"]>, seen: Partial<Seen>][] = [
  ["boots an image", {}, {}],
  ["has a key and user data", { keyPairRef: { name: "k" }, userData: "I2Nsb3VkLWNvbmZpZwo=" }, { keyPair }],
  ["has no NIC", { networks: [] }, { ownPorts: [] }],
  ["boots a volume", { imageRef: undefined, volumes: [{ name: "boot", bootIndex: 0 }] }, { volumes: [held("boot")], image: undefined }],
  ["has volumes from the start", { volumes: [{ name: "data" }] }, { volumes: [held("data")] }],
  ["has scratch and swap disks", {}, { flavor: { ...flavor, spec: { ...flavor.spec, ephemeralGiB: 2, swapMiB: 64 } } }],
  [
    "has UEFI and other buses",
    {},
    { image: image(undefined, { properties: { hw_firmware_type: "uefi", hw_disk_bus: "scsi", hw_vif_model: "e1000" } }) },
  ],
];

describe("the VirtualMachine of a server", function () {
  this.timeout(60_000);
  for (const [why, spec, more] of machines) {
    it(`is valid for KubeVirt when it ${why}`, function () {
      const { vm } = emitted(spec, more);
      if (!haveEngineSchemas) {
        console.log("      the engines' CRDs are not on this machine: not checked against them");
        return this.skip();
      }
      assert.deepEqual(schemaErrors(VirtualMachine, vm), []);
    });
  }

  it("is refused by the check when a field is unknown", function () {
    if (!haveEngineSchemas) return this.skip();
    const { vm } = emitted();
    const wrong = { ...vm, spec: { ...vm.spec, flavour: "x" } };
    assert.match(schemaErrors(VirtualMachine, wrong).join(), /flavour/);
  });

  it("imports golden disks in a form that CDI knows", function () {
    if (!haveEngineSchemas) return this.skip();
    assert.deepEqual(schemaErrors(DataVolume, golden()), []);
  });

  it("never gets what KubeVirt accepts in silence to hurt later", () => {
    const { vm, instance } = emitted({ networks: [] }, { ownPorts: [] });
    assert.equal(instance.domain.devices.autoattachPodInterface, false, "else it gets the pod network");
    assert.equal(vm.spec.runStrategy, "Manual");
    assert.equal(instance.domain.cpu?.cores, 1);
    assert.equal(instance.domain.memory?.guest, "128Mi");
    assert.equal(instance.domain.memory?.maxGuest, undefined, "guests under 1Gi are refused with it");
    assert.match(instance.domain.firmware?.uuid ?? "", /^[0-9a-f-]{36}$/);
    const volumes = instance.volumes ?? [];
    const disks = instance.domain.devices.disks ?? [];
    assert.deepEqual(
      disks.map(({ name }) => name).toSorted(),
      volumes.map(({ name }) => name).toSorted(),
      "a volume without a disk becomes one",
    );
    const config = volumes.find(({ name }) => name === "config")?.cloudInitConfigDrive;
    assert.ok(config?.networkData, "a config drive without any data is refused");
    const templates = vm.spec.dataVolumeTemplates?.map(({ metadata }) => metadata?.name);
    assert.deepEqual(
      volumes.flatMap(({ dataVolume }) => dataVolume?.name ?? []),
      templates,
      "an unused template is refused",
    );
  });

  it("takes each Port once, even where the spec names it twice", () => {
    const { instance } = emitted(
      { networks: [{ portRef: { name: "p" } }, { portRef: { name: "p" } }] },
      { ownPorts: [], namedPorts: [addressed("p")] },
    );
    assert.equal(instance.networks?.length, 1);
  });

  it("names NICs, NADs and disks as the contract says", () => {
    const { instance, vm } = emitted({ volumes: [{ name: "data" }], keyPairRef: { name: "k" } }, { volumes: [held("data")], keyPair });
    const id = `uid-${nic0.metadata.name}`;
    assert.deepEqual(instance.domain.devices.interfaces, [
      { name: `p-${id}`, bridge: {}, model: "virtio", macAddress: "fa:16:3e:00:00:07" },
    ]);
    assert.deepEqual(instance.networks, [{ name: `p-${id}`, multus: { networkName: `port-${id}` } }]);
    const data = instance.domain.devices.disks?.find(({ name }) => name === "vol-uid-data");
    assert.deepEqual(data, { name: "vol-uid-data", disk: { bus: "scsi" }, serial: "uid-data" });
    assert.deepEqual(instance.volumes?.find(({ name }) => name === "vol-uid-data")?.persistentVolumeClaim, {
      claimName: "data",
      hotpluggable: true,
    });
    assert.equal(vm.metadata.labels?.["kumulus.cloud/server"], "web-1");
    assert.ok(instance.accessCredentials?.[0]?.sshPublicKey?.propagationMethod.configDrive);
  });
});

describe("changes of a VirtualMachine", () => {
  const wanted = { ports: [nic0], volumes: [] };
  const { vm } = emitted();
  const known = vmOf(vm);

  it("are none when it has all", () => assert.equal(withAttachments(known, vmi("Running"), wanted), undefined));

  it("add and take off volumes, and keep the root", () => {
    const more = withAttachments(known, vmi("Running"), { ...wanted, volumes: [held("data")] });
    assert.equal(more?.spec.template.spec?.volumes?.length, 3);
    assert.equal(more?.metadata.resourceVersion, "1", "guarded: KubeVirt writes these lists too");
    const less = withAttachments(vmOf(more ?? vm), vmi("Running"), wanted);
    assert.deepEqual(less?.spec.template.spec?.volumes, vm.spec.template.spec?.volumes);
    assert.deepEqual(less?.spec.template.spec?.domain.devices.disks, vm.spec.template.spec?.domain.devices.disks);
  });

  it("unplug a NIC of a running guest through state absent, once", () => {
    const change = withAttachments(known, vmi("Running"), { ports: [addressed("p", 8)], volumes: [] });
    const nics = change?.spec.template.spec?.domain.devices.interfaces ?? [];
    assert.deepEqual(
      nics.map(({ name, state }) => [name, state]),
      [
        [`p-uid-${nic0.metadata.name}`, "absent"],
        ["p-uid-p", undefined],
      ],
    );
    assert.equal(change?.spec.template.spec?.networks?.length, 2);
    assert.equal(withAttachments(vmOf(change ?? vm), vmi("Running"), { ports: [addressed("p", 8)], volumes: [] }), undefined);
  });

  it("take a NIC off the list of a guest that does not run", () => {
    for (const run of [undefined, vmi("Succeeded")]) {
      const change = withAttachments(known, run, { ports: [], volumes: [] });
      assert.deepEqual(change?.spec.template.spec?.networks, []);
    }
  });

  it("stay valid for KubeVirt", function () {
    this.timeout(60_000);
    if (!haveEngineSchemas) return this.skip();
    const change = withAttachments(known, vmi("Running"), { ports: [addressed("p", 8)], volumes: [held("data")] });
    assert.deepEqual(schemaErrors(VirtualMachine, change ?? {}), []);
  });
});

describe("network data", () => {
  it("asks DHCP where the subnet serves it, and gives addresses where not", () => {
    const subnets = seen().subnets;
    const dhcp = JSON.parse(configDriveNetworkData([nic0], seen().networks, subnets));
    assert.deepEqual(dhcp.networks, [{ id: "network0", link: "nic0", type: "ipv4_dhcp" }]);
    assert.equal(dhcp.links[0].mtu, 1442);
    const off = subnets.map((each) => ({
      ...each,
      spec: { ...each.spec, enableDHCP: false, gatewayIP: "10.9.0.1", dnsNameservers: ["9.9.9.9"] },
    }));
    const fixed = JSON.parse(configDriveNetworkData([nic0], seen().networks, off));
    assert.deepEqual(fixed.networks[0], {
      id: "network0",
      link: "nic0",
      type: "ipv4",
      ip_address: "10.9.0.7",
      netmask: "255.255.255.0",
      routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.9.0.1" }],
    });
    assert.deepEqual(fixed.services, [{ type: "dns", address: "9.9.9.9" }]);
  });
  it("stays under KubeVirt's limit", () => {
    const many = Array.from({ length: 40 }, (_, n) => addressed(`p${n}`));
    assert.ok(Buffer.byteLength(configDriveNetworkData(many, [], [])) <= 2048);
  });
});
