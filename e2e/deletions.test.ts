// Whole projects, and servers in their build, are deleted at once: all of it goes.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Cloud, login } from "../bench/cloud.ts";
import { cloud, down, eventually, up } from "./cloud.ts";
import { makeTenant, removeTenant } from "./tenants.ts";
import { becomes, buildServer, floatingIP, make, remove, routedNetwork, warmUp } from "./things.ts";
import { leavesNothing } from "./world.ts";

const servers = "/compute/v2.1/servers";

describe("deletions", function () {
  this.timeout(120_000);
  let api: Cloud;
  let network: string;

  before(async function () {
    this.timeout(700_000);
    await up("HYPERVISOR=simulated");
    api = await login();
    network = await warmUp(api);
  });
  after(async function () {
    this.timeout(180_000);
    await down();
  });

  /** Servers on a routed network, one with a floating IP and a volume, a volume without a server, and a port. */
  async function fill(tenant: Cloud): Promise<void> {
    const { network: own } = await routedNetwork(tenant, "own", "10.36.0.0/24");
    const path = `/volume/v3/${tenant.projectID}/volumes`;
    const made = await Promise.all([1, 2].map(() => buildServer(tenant, own)));
    const [attached] = await Promise.all([1, 2].map(() => make(tenant, path, "volume", { size: 1 })));
    for (const id of made) await becomes(tenant, `${servers}/${id}`, "server", "ACTIVE");
    await becomes(tenant, `${path}/${attached}`, "volume", "available");
    await floatingIP(tenant, made[0] ?? "");
    await make(tenant, `${servers}/${made[0]}/os-volume_attachments`, "volumeAttachment", { volumeId: attached });
    await becomes(tenant, `${path}/${attached}`, "volume", "in-use");
    await make(tenant, "/network/v2.0/ports", "port", { network_id: own });
    await buildServer(tenant, own); // is still in its build when the project goes
  }

  leavesNothing("a project that is deleted with all that is in it", async () => {
    await fill(await makeTenant("doomed"));
    await cloud("kubectl delete tenant doomed --timeout=60s");
    await cloud("kubectl delete roleassignment demo-member-doomed --ignore-not-found");
  });

  leavesNothing("a project whose namespace is deleted with all that is in it, and comes back empty", async () => {
    await fill(await makeTenant("emptied"));
    await cloud("kubectl delete namespace kumulus-emptied --timeout=60s");
    await eventually(() => cloud("kubectl get securitygroup default -n kumulus-emptied"), 20_000);
    const { body } = await (await login("openrc", "emptied")).call<{ servers: unknown[] }>("GET", servers);
    assert.deepEqual(body.servers, []);
    await removeTenant("emptied");
  });

  leavesNothing("a server that is deleted in its build, at ten different moments", async () => {
    const moments = [0, 20, 50, 80, 120, 180, 250, 350, 500, 800];
    for (const moment of moments) {
      const server = await buildServer(api, network);
      await sleep(moment);
      await remove(api, `${servers}/${server}`);
      await eventually(async () => assert.equal((await api.call("GET", `${servers}/${server}`)).status, 404), 20_000, 100);
    }
    await Promise.all(
      moments.map(async (moment) => {
        const server = await buildServer(api, network);
        await sleep(moment);
        await remove(api, `${servers}/${server}`);
      }),
    );
  });
});
