// Guests ask 169.254.169.254 who they are: real OVN, a real chassis, the real API. The guests are network namespaces; needs root.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { serveApi } from "../../api/testing/serve.ts";
import { startChassis, type TestChassis } from "../../controllers/network/testing/chassis.ts";
import { isReady, startWorld, type World } from "../../controllers/network/testing/world.ts";
import { metadataKeySecret } from "../../domain/compute/metadata/url.ts";
import { computeDeviceOwner } from "../../domain/compute/names.ts";
import { idOf } from "../../domain/id.ts";
import { metadataPortName } from "../../domain/net/names.ts";
import { Server } from "../../models/compute/server.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { createLog } from "../../operator/log.ts";
import { sharedKey } from "../../operator/shared-key.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { type MetadataAgent, startMetadata } from "./agent.ts";

const prefix = `km-${process.pid}-`;
const log = createLog({ name: "metadata", level: process.env.TEST_LOG ? "debug" : "silent" });
/** The same in both networks: an address alone tells nothing. */
const address = "10.9.0.5";

const namespaces = () => (existsSync("/run/netns") ? readdirSync("/run/netns").filter((name) => name.startsWith(prefix)) : []);

describe("metadata service", function () {
  this.timeout(90_000);
  let world: World;
  let chassis: TestChassis;
  let apiURL: string;
  let agent: { running: MetadataAgent; stop: AbortController };
  const stopApi = new AbortController();

  async function start() {
    const stop = new AbortController();
    const key = sharedKey(metadataKeySecret);
    const running = await startMetadata({
      southbound: { remotes: [world.southbound.remote] },
      confDatabase: chassis.conf,
      dataPlane: chassis.name,
      prefix,
      apiURL,
      key: () => key(world.client),
      log,
      signal: stop.signal,
    });
    return { running, stop };
  }
  async function end() {
    agent.stop.abort();
    await agent.running.closed;
  }

  before(async () => {
    world = await startWorld();
    apiURL = await serveApi(world.client, world.directory, stopApi.signal);
    chassis = await startChassis(world, "172.24.4.1/24");
    agent = await start();
  });
  after(async () => {
    await end();
    stopApi.abort();
    await chassis.stop();
    await world.stop();
    const { run } = await import("../../clients/programs/run.ts");
    for (const name of namespaces()) await run("ip", ["netns", "delete", name]);
  });

  /** A project with a network and a server whose guest is plugged in and has its lease. */
  async function guestOf(name: string) {
    const ns = await world.namespace(name);
    await world.create(Network, ns, "net", {});
    await world.create(Subnet, ns, "sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
    await world.create(SecurityGroup, ns, "open", { rules: [{ direction: "egress" }] });
    const metadata = await world.settled(Port, ns, metadataPortName("net"), isReady);
    await world.settled(SecurityGroup, ns, "open", isReady);
    const server = await world.create(Server, ns, "web", {
      flavorRef: { name: "small" },
      imageRef: { name: "debian" },
      networks: [{ portRef: { name: "nic" } }],
      metadata: { who: name },
      userData: Buffer.from(`hello ${name}`).toString("base64"),
    });
    await world.create(Port, ns, "nic", {
      networkRef: { name: "net" },
      fixedIPs: [{ ipAddress: address }],
      securityGroupRefs: [{ name: "open" }],
      deviceID: idOf(server),
      deviceOwner: computeDeviceOwner,
    });
    const port = await world.settled(Port, ns, "nic", isReady);
    const network = await world.settled(Network, ns, "net", isReady);
    // The way to the service is in the lease.
    await eventually(() => {
      const [dhcp] = world.nb.byIndex<{ options: Record<string, string> }>("DHCP_Options", "owner", `Subnet/${ns}/sub`);
      assert.match(dhcp?.options.classless_static_route ?? "", /^\{169\.254\.169\.254\/32,10\.9\.0\.254, 0\.0\.0\.0\/0,10\.9\.0\.1\}$/);
    });
    const guest = await chassis.plug(idOf(port), port.status?.macAddress ?? "");
    assert.equal(await guest.dhcp(), address);
    const get = (path: string) => guest.run("timeout", "10", "busybox", "wget", "-qO-", `http://169.254.169.254${path}`);
    return { ns, server, network, port, metadata, get };
  }
  type Guest = Awaited<ReturnType<typeof guestOf>>;
  let one: Guest;
  let two: Guest;

  const serves = async ({ network }: Guest) => eventually(() => assert.ok(agent.running.networks().includes(idOf(network))), 20_000);

  it("tells each guest about itself, though both have the same address on their networks", async () => {
    one = await guestOf("one");
    two = await guestOf("two");
    assert.equal(one.metadata.spec.deviceOwner, "network:distributed");
    for (const guest of [one, two]) {
      await serves(guest);
      const told = await eventually(async () => JSON.parse(await guest.get("/openstack/latest/meta_data.json")), 20_000);
      assert.deepEqual([told.uuid, told.meta], [idOf(guest.server), { who: guest.ns }]);
      assert.equal(await guest.get("/openstack/latest/user_data"), `hello ${guest.ns}`);
      assert.equal(await guest.get("/latest/meta-data/local-hostname"), "web");
      assert.equal(await guest.get("/latest/meta-data/instance-id"), `i-${idOf(guest.server).slice(0, 8)}`);
    }
  });

  it("says 404 to what is not there, and nothing of a server that does not know the port", async () => {
    await assert.rejects(one.get("/openstack/latest/nothing"), /404/);
    await world.client.patch(Port, { name: "nic", namespace: two.ns }, { spec: { deviceID: idOf(one.server) } });
    await eventually(() => assert.rejects(two.get("/openstack/latest/meta_data.json"), /404/));
    await world.client.patch(Port, { name: "nic", namespace: two.ns }, { spec: { deviceID: idOf(two.server) } });
    await eventually(async () => assert.match(await two.get("/openstack/latest/meta_data.json"), new RegExp(idOf(two.server))), 20_000);
  });

  it("a new agent goes on with what is there, and removes what nobody needs any more", async () => {
    assert.equal(namespaces().length, 2);
    await end();
    await chassis.unplug(idOf(one.port));
    await world.settled(Port, one.ns, "nic", (port) => port.status?.phase === "DOWN");
    agent = await start();
    await serves(two);
    assert.equal(JSON.parse(await two.get("/openstack/latest/meta_data.json")).uuid, idOf(two.server));
    await eventually(() => assert.deepEqual(namespaces(), [`${prefix}${idOf(two.network)}`]), 20_000);
  });

  it("the last guest takes the namespace along, and the network goes with its metadata port", async () => {
    await chassis.unplug(idOf(two.port));
    await eventually(() => assert.deepEqual(namespaces(), []), 20_000);
    assert.ok(!(await chassis.run("ip", "-brief", "link")).includes("meta"), "no device is left");
    await world.client.delete(Port, { name: "nic", namespace: two.ns });
    await world.client.delete(Network, { name: "net", namespace: two.ns });
    await world.gone(Network, two.ns, "net");
    assert.deepEqual(
      world.rowsOf(two.ns).filter((row) => !row.includes("SecurityGroup")),
      [],
    );
  });
});
