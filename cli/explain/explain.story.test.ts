// Explanations of servers that real controllers build on a real API server, and of rows in a real OVN database.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { DataVolume } from "../../clients/cdi/kinds.ts";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import { createOvsdbClient } from "../../clients/ovsdb/client.ts";
import {
  type DatabaseServer,
  northboundSchema,
  southboundSchema,
  startDatabaseServer,
} from "../../clients/ovsdb/testing/database-server.ts";
import { type Cloud, guestSpec, startCloud, tenant } from "../../controllers/compute/testing/cloud.ts";
import { nicPortName } from "../../domain/compute/names.ts";
import { idLabel, idOf } from "../../domain/id.ts";
import { attachmentName, switchName } from "../../domain/net/names.ts";
import { Server } from "../../models/compute/server.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { CustomResourceDefinition } from "../../operator/kube/core-kinds.ts";
import type { Settings } from "../../operator/settings.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { runCommand } from "../commands.ts";

describe("kumulus explain", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let databases: [DatabaseServer, DatabaseServer];
  let settings: Settings | undefined;
  const stop = new AbortController();

  async function explain(...argv: string[]): Promise<{ code: number; output: string }> {
    const printed: string[] = [];
    const say = (text: string) => void printed.push(text);
    const code = await runCommand("explain", argv, { readSettings: async () => settings, print: say, complain: say });
    return { code, output: printed.join("\n") };
  }
  const readyNow = { type: "Ready", status: "True", reason: "Fine", message: "", observedGeneration: 1 };
  /** Plays the Network controller. */
  async function makeReady(metadata: { name: string; namespace: string }): Promise<void> {
    const conditions = [{ ...readyNow, lastTransitionTime: new Date().toISOString() }];
    await cloud.client.patch(Network, metadata, { status: { conditions } }, { subresource: "status" });
  }
  const lastLine = async (what: string) => (await explain(what)).output.split("\n").at(-1) ?? "";

  before(async () => {
    cloud = await startCloud();
    databases = await Promise.all([startDatabaseServer(northboundSchema), startDatabaseServer(southboundSchema)]);
    process.env.KUBECONFIG = cloud.kubeconfig;
    const definition = readFileSync(join(import.meta.dirname, "../../standalone/engine-crds/networkattachmentdefinition.yaml"), "utf8");
    await cloud.client.create(CustomResourceDefinition, parse(definition));
    await cloud.add(Network, "net", {});
    await makeReady({ name: "net", namespace: tenant });
  });
  after(async () => {
    delete process.env.KUBECONFIG;
    stop.abort();
    await Promise.all(databases?.map((database) => database.stop()) ?? []);
    await cloud?.stop();
  });

  it("says which import a server in BUILD waits for", async () => {
    cloud.storage.importsHang = true;
    const { metadata } = await cloud.add(Server, "web", guestSpec());
    await cloud.shows(Server, "web", ({ status }) => assert.equal(status?.taskState, "block_device_mapping"));
    const id = metadata.uid ?? "";
    await eventually(async () => assert.match(await lastLine(id), /^Server kumulus-demo\/web waits for DataVolume kumulus-admin\/golden-/));
    const { code, output } = await explain(id);
    assert.equal(code, 0);
    assert.match(
      output,
      /^Server kumulus-demo\/web {2}NOT READY {2}BUILD, block_device_mapping.* ImportingImage: Waiting until Image guest/m,
    );
    assert.match(output, /^├─ VirtualMachine web {2}ABSENT/m);
    assert.match(output, /^└─ Flavor m1\.tiny {2}ready$/m);
    await cloud.client.delete(Server, { name: "web", namespace: tenant });
    await cloud.gone(Server, "web");
    // The import that hangs would go on hanging.
    for (const { metadata } of await cloud.client.list(DataVolume)) await cloud.client.delete(DataVolume, metadata);
  });

  it("says why a server has failed, and not that it lacks what it can not have", async () => {
    cloud.storage.importsHang = false;
    cloud.hypervisor.unschedulable = true;
    await cloud.add(Server, "crowded", guestSpec());
    const port = await cloud.shows(Port, nicPortName("crowded", 0), ({ metadata }) => assert.ok(metadata.uid));
    // Plays the Port controller.
    await cloud.add(NetworkAttachmentDefinition, attachmentName(idOf(port)), { config: "{}" });
    const failed = "Server kumulus-demo/crowded is not ready: Failed: No valid host was found.";
    await eventually(async () => assert.equal(await lastLine(`server/${tenant}/crowded`), failed));
    cloud.hypervisor.unschedulable = false;
    await cloud.client.delete(Server, { name: "crowded", namespace: tenant });
    await cloud.gone(Server, "crowded");
  });

  it("finds by label and shows OVN's rows", async () => {
    settings = {
      kubeconfig: cloud.kubeconfig,
      apiURL: "http://api.test",
      ports: { api: 1, webhook: 2, health: 3 },
      ovn: { northbound: [databases[0].remote], southbound: [databases[1].remote] },
      images: { directory: "/nowhere" },
    };
    const metadata = { name: "labelled", namespace: tenant, labels: { [idLabel]: "0b0e5c4e-1111-4222-8333-444455556666" } };
    const network = await cloud.client.create(Network, {
      apiVersion: "network.kumulus.cloud/v1alpha1",
      kind: "Network",
      metadata,
      spec: {},
    });
    assert.match(await lastLine(idOf(network)), /^Network kumulus-demo\/labelled is not ready: no controller has looked at it yet/);
    await makeReady(metadata);
    assert.match(
      await lastLine(idOf(network)),
      /is ready, though Logical_Switch neutron-0b0e5c4e\S+ is not: not in OVN's northbound database\.$/,
    );
    const tables = { Logical_Switch: {} };
    const northbound = createOvsdbClient({ remotes: settings.ovn.northbound, database: "OVN_Northbound", tables, signal: stop.signal });
    await northbound.transact([{ op: "insert", table: "Logical_Switch", row: { name: switchName(idOf(network)) } }]);
    assert.match(await lastLine(`networks/${tenant}/labelled`), /is ready, and so is all/);
  });

  it("says what it could not look at", async () => {
    await databases[0].kill();
    const { output } = await explain(`network/${tenant}/labelled`);
    assert.match(output, /^Could not look at OVN's northbound database: Not connected/m);
    await databases[0].start();
  });

  it("exits with 1 for an id that nobody has, and refuses what is no kind", async () => {
    const { code, output } = await explain("00000000-0000-4000-8000-000000000000");
    assert.deepEqual([code, output], [1, "No object of Kumulus has the id 00000000-0000-4000-8000-000000000000"]);
    await assert.rejects(explain("pod/x/y"), /pod is no kind of Kumulus/);
    await assert.rejects(explain("server/x"), /say Server\/namespace\/name/);
    await assert.rejects(explain(), /say which object/);
    assert.equal((await explain("port/x/y")).code, 1);
  });
});
