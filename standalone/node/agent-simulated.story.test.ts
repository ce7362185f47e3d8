// The agent without guests: the same states, many at a time, on a real OVS; a simulated guest outlives the agent too.
import assert from "node:assert/strict";
import { VirtualMachine, VirtualMachineInstance } from "../../clients/kubevirt/kinds.ts";
import { kubeVirt } from "../../clients/kubevirt/subresources.ts";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import { PersistentVolume } from "../../operator/kube/core-kinds.ts";
import { phaseIs, startTestCloud, type TestCloud, testMachine } from "./testing/cloud.ts";
import { startTestSwitch, type TestSwitch } from "./testing/switch.ts";

const count = 40;

describe("node agent, simulated (story)", function () {
  this.timeout(180_000);
  let cloud: TestCloud;
  let ovs: TestSwitch;
  let stopAgent: () => Promise<void>;
  const agent = () => cloud.agent({ hypervisor: "simulated", netns: ovs.netns, confDatabase: ovs.database });

  before(async () => {
    ovs = await startTestSwitch();
    cloud = await startTestCloud();
    stopAgent = agent();
  });
  after(async () => {
    await cloud?.end();
    await ovs?.stop();
  });

  const names = Array.from({ length: count }, (_, index) => `vm-${index}`);
  const port = (index: number) => `${String(index).padStart(8, "0")}-1111-4222-8333-444455556666`;

  async function create(name: string, index: number): Promise<void> {
    const { namespace, client } = cloud;
    const config = JSON.stringify({ type: "ovs", bridge: "br-int", mtu: 1442, args: { cni: { ovnPort: port(index) } } });
    await client.create(NetworkAttachmentDefinition, {
      ...{ apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition", metadata: { name: `nad-${index}`, namespace } },
      spec: { config },
    });
    const machine = testMachine(name, namespace, "http://127.0.0.1:9/none.qcow2");
    const spec = machine.spec.template.spec;
    assert.ok(spec);
    spec.domain.devices.interfaces = [{ name: "nic", bridge: {}, macAddress: `fa:16:3e:00:00:${(index + 16).toString(16)}` }];
    spec.networks = [{ name: "nic", multus: { networkName: `nad-${index}` } }];
    machine.spec.runStrategy = "Always";
    await client.create(VirtualMachine, machine);
  }
  const phases = async () => (await cloud.client.list(VirtualMachineInstance)).filter(phaseIs("Running")).length;

  it(`brings ${count} machines up at once`, async () => {
    const started = Date.now();
    await Promise.all(names.map(create));
    for (const deadline = started + 60_000; (await phases()) < count; await new Promise((resolve) => setTimeout(resolve, 250)))
      assert.ok(Date.now() < deadline, `only ${await phases()} run`);
    const seconds = (Date.now() - started) / 1000;
    console.log(`      ${count} machines with disk and NIC in ${seconds.toFixed(1)} s: ${(count / seconds).toFixed(1)}/s`);
    assert.equal((await ovs.vsctl("list-ports", "br-int")).trim().split("\n").length, count);
    assert.match(await ovs.vsctl("--bare", "--columns=ofport", "find", "Interface", "name=tap00000003-11"), /^[1-9]/);
  });

  it("a new agent finds them running", async () => {
    await stopAgent();
    stopAgent = agent();
    const power = kubeVirt(cloud.client);
    const key = { name: "vm-0", namespace: cloud.namespace };
    for (const deadline = Date.now() + 60_000; ; ) {
      const refused = await power.pause(key).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined) break;
      if (Date.now() > deadline) throw refused;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await cloud.until("paused", VirtualMachine, "vm-0", (vm) => vm?.status?.printableStatus === "Paused");
    assert.equal(await phases(), count);
  });

  it("leaves nothing after they are deleted", async () => {
    const { namespace, client } = cloud;
    await Promise.all(names.map((name) => client.delete(VirtualMachine, { name, namespace })));
    const left = async () => [
      (await client.list(VirtualMachine)).length,
      (await client.list(PersistentVolume)).length,
      (await ovs.vsctl("list-ports", "br-int")).trim().length,
    ];
    for (const deadline = Date.now() + 60_000; (await left()).some((length) => length > 0); )
      assert.ok(Date.now() < deadline, `left: ${await left()}`);
  });
});
