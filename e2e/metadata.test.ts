// A real guest asks 169.254.169.254 who it is: the way there comes with its lease, and outlives the node agent and OVS.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { type Cloud, login } from "../bench/cloud.ts";
import { cloud, down, eventually, instance, root, run, up } from "./cloud.ts";
import { inGuest } from "./guest-shell.ts";
import { recovered, status } from "./processes.ts";
import { becomes, buildServer, floatingIP, remove, routedNetwork } from "./things.ts";

const userData = "#!/bin/sh\necho told by user data\n";

describe("metadata of a real guest", function () {
  this.timeout(300_000);
  const key = `${root}/.kumulus/metadata.pem`;
  let api: Cloud;
  let server: string;
  let network: string;
  let address: string;

  before(async () => {
    await up();
    api = await login();
    rmSync(key, { force: true });
    await cloud(`openstack keypair create --private-key ${key} metadata`);
    await cloud("openstack security group rule create --proto tcp default");
    ({ network } = await routedNetwork(api, "told", "10.42.0.0/24"));
    const fields = { key_name: "metadata", metadata: { role: "web" }, user_data: Buffer.from(userData).toString("base64") };
    server = await buildServer(api, network, fields);
    await becomes(api, `/compute/v2.1/servers/${server}`, "server", "ACTIVE");
    address = await floatingIP(api, server);
  });
  after(async () => {
    rmSync(key, { force: true });
    await down();
  });

  /** busybox' own -T crashes. */
  const get = (path: string) => inGuest(address, key, `timeout 10 wget -qO- http://169.254.169.254${path}`);
  const uuid = async () => JSON.parse(await get("/openstack/latest/meta_data.json")).uuid;
  const namespaces = async () => {
    const { stdout } = await run("ip netns list");
    return stdout.split("\n").filter((line) => line.startsWith(`kumulus-${instance}-ovnmeta-`)).length;
  };

  it("says its id and what its user gave it", async () => {
    const told = await eventually(async () => JSON.parse(await get("/openstack/latest/meta_data.json")), 120_000);
    assert.deepEqual([told.uuid, told.meta, told.keys[0].name], [server, { role: "web" }, "metadata"]);
    assert.equal(await get("/openstack/latest/user_data"), userData.trimEnd(), "but for the last line end, which the session takes");
    assert.equal(await get("/latest/meta-data/instance-type"), "m1.tiny");
    assert.match(await inGuest(address, key, "ip route"), /^169\.254\.169\.254 via 10\.42\.0\.254 /m);
  });

  for (const name of ["node", "ovs-vswitchd", "api"])
    it(`goes on after the death of ${name}`, async () => {
      const pid = (await status()).pids.get(name);
      assert.ok(pid, name);
      process.kill(pid, "SIGKILL");
      await recovered(name, pid, 30_000);
      await eventually(async () => assert.equal(await uuid(), server), 60_000);
    });

  it("leaves nothing when the last guest of the network and the network go", async () => {
    assert.equal(await namespaces(), 1);
    await remove(api, `/compute/v2.1/servers/${server}`);
    await eventually(async () => assert.equal(await namespaces(), 0), 60_000);
    await cloud("openstack router remove subnet told told; openstack router delete told; openstack network delete told");
    const left = () => cloud("kubectl get networks.network.kumulus.cloud,ports,ipaddresses.network.kumulus.cloud -n kumulus-demo -o name");
    await eventually(async () => assert.doesNotMatch(await left(), /told|metadata/), 30_000);
  });
});
