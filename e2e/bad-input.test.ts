// What a cloud must refuse over HTTP, with OpenStack's status and fault, and with nothing left behind.
import assert from "node:assert/strict";
import { type Cloud, login } from "../bench/cloud.ts";
import { down, eventually, up } from "./cloud.ts";
import { refused, send, services } from "./faulty.ts";
import { makeTenant, removeTenant } from "./tenants.ts";
import { becomes, idByName, make, remove, routedNetwork, warmUp } from "./things.ts";
import { leavesNothing, world, worldIsAgain } from "./world.ts";

const nowhere = "3f0f7c2e-5b1f-4a54-9d7b-0f1c8a1d2e3f";
const networks = "/network/v2.0/networks";
const subnets = "/network/v2.0/subnets";
const ports = "/network/v2.0/ports";
const servers = "/compute/v2.1/servers";

describe("bad input", function () {
  this.timeout(120_000);
  let api: Cloud;
  let admin: Cloud;
  let image: string;
  let flavor: string;
  let network: string;
  const volumes = () => `/volume/v3/${api.projectID}/volumes`;

  const serverFields = (fields: Record<string, unknown> = {}) => ({
    name: "bad",
    imageRef: image,
    flavorRef: flavor,
    networks: [{ uuid: network }],
    ...fields,
  });
  const postServer = (fields: Record<string, unknown>) => send(api, "POST", servers, { server: serverFields(fields) });

  before(async function () {
    this.timeout(700_000);
    await up("HYPERVISOR=simulated");
    api = await login();
    admin = await login("openrc-admin");
    image = await idByName(api, "/image/v2/images", "images", "guest");
    flavor = await idByName(api, "/compute/v2.1/flavors", "flavors", "m1.tiny");
    network = await warmUp(api);
  });
  after(async function () {
    this.timeout(180_000);
    await down();
  });

  leavesNothing("a wrong flavor", async () => refused(await postServer({ flavorRef: nowhere }), "compute", 400, /flavor/i, "badRequest"));
  leavesNothing("a wrong image", async () => refused(await postServer({ imageRef: nowhere }), "compute", 400, /image/i, "badRequest"));
  leavesNothing("a wrong key", async () => refused(await postServer({ key_name: "none" }), "compute", 400, /key/i, "badRequest"));

  leavesNothing("a foreign project's network", async () => {
    const foreign = await make(admin, networks, "network", { name: "private" });
    await make(admin, subnets, "subnet", { network_id: foreign, ip_version: 4, cidr: "10.31.0.0/24" });
    refused(await postServer({ networks: [{ uuid: foreign }] }), "compute", 400, /network/i, "badRequest");
    refused(await send(api, "POST", ports, { port: { network_id: foreign } }), "network", 404, /network/i, "NetworkNotFound");
    const subnet = { network_id: foreign, ip_version: 4, cidr: "10.32.0.0/24" };
    refused(await send(api, "POST", subnets, { subnet }), "network", 404, /network/i, "NetworkNotFound");
    refused(await send(api, "GET", `${networks}/${foreign}`), "network", 404, /network/i, "NetworkNotFound");
    await remove(admin, `${networks}/${foreign}`);
  });

  leavesNothing("a full subnet", async () => {
    const small = await make(api, networks, "network", { name: "small" });
    await make(api, subnets, "subnet", { network_id: small, ip_version: 4, cidr: "10.33.0.0/29" });
    const made: string[] = [];
    for (;;) {
      const answer = await send(api, "POST", ports, { port: { network_id: small } });
      if (answer.status !== 201) {
        refused(answer, "network", 409, /address/i, "IpAddressGenerationFailure");
        break;
      }
      made.push((JSON.parse(answer.text) as { port: { id: string } }).port.id);
    }
    assert.ok(made.length >= 4 && made.length <= 5, `${made.length} ports on a /29`);
    const full = await world();
    const server = await make(api, servers, "server", serverFields({ networks: [{ uuid: small }] }));
    await becomes(api, `${servers}/${server}`, "server", "ERROR");
    const { body } = await api.call<{ server: { fault: { code: number; message: string } } }>("GET", `${servers}/${server}`);
    assert.equal(body.server.fault.code, 500);
    assert.match(body.server.fault.message, /network/i);
    const used = await world();
    for (const kind of ["Port", "IPAddress", "VirtualMachine", "NetworkAttachmentDefinition", "DataVolume", "Pod", "taps"])
      assert.deepEqual(used[kind], full[kind], kind);
    await remove(api, `${servers}/${server}`);
    await worldIsAgain(full);
    await remove(api, `${ports}/${made[0]}`);
    const again = await make(api, servers, "server", serverFields({ networks: [{ uuid: small }] }));
    await becomes(api, `${servers}/${again}`, "server", "ACTIVE");
    await remove(api, `${servers}/${again}`);
    for (const id of made.slice(1)) await remove(api, `${ports}/${id}`);
    await eventually(() => remove(api, `${networks}/${small}`), 10_000);
  });

  leavesNothing("a gateway address outside the external network", async () => {
    const network_id = await idByName(api, networks, "networks", "public");
    for (const ip_address of ["1.2.3.4", "fe80::1", ""]) {
      const external_gateway_info = { network_id, external_fixed_ips: [{ ip_address }] };
      const answer = await send(admin, "POST", "/network/v2.0/routers", { router: { external_gateway_info } });
      refused(answer, "network", 400, /ip/i, "InvalidInput");
    }
    const floatingip = { floating_network_id: network_id, floating_ip_address: "1.2.3.4" };
    refused(await send(admin, "POST", "/network/v2.0/floatingips", { floatingip }), "network", 400, /ip/i, "InvalidInput");
  });

  leavesNothing("a name that the network's database can not hold disturbs nobody", async () => {
    const port = await make(api, ports, "port", { network_id: network, name: "zero \0 byte", device_id: "\0" });
    const other = await make(api, ports, "port", { network_id: network });
    for (const id of [port, other]) await remove(api, `${ports}/${id}`);
  });

  leavesNothing("an overlapping CIDR", async () => {
    const subnet = { network_id: network, ip_version: 4, cidr: "10.30.0.128/25" };
    refused(await send(api, "POST", subnets, { subnet }), "network", 400, /overlap/i, "InvalidInput");
    const one = await routedNetwork(api, "one", "10.34.0.0/24");
    const other = await make(api, networks, "network", { name: "other" });
    const same = await make(api, subnets, "subnet", { network_id: other, ip_version: 4, cidr: "10.34.0.0/16" });
    const path = `/network/v2.0/routers/${one.router}/add_router_interface`;
    refused(await send(api, "PUT", path, { subnet_id: same }), "network", 400, /overlap/i, "BadRequest");
    const inUse = await send(api, "DELETE", `${networks}/${one.network}`);
    refused(inUse, "network", 409, /in use/i, "NetworkInUse");
    await api.call("PUT", `/network/v2.0/routers/${one.router}/remove_router_interface`, { subnet_id: one.subnet });
    await remove(api, `/network/v2.0/routers/${one.router}`);
    await remove(api, `${networks}/${one.network}`);
    await remove(api, `${networks}/${other}`);
  });

  leavesNothing("a volume in use", async () => {
    const [a, b] = await Promise.all([make(api, servers, "server", serverFields()), make(api, servers, "server", serverFields())]);
    const volume = await make(api, volumes(), "volume", { size: 1 });
    await becomes(api, `${volumes()}/${volume}`, "volume", "available");
    for (const id of [a, b]) await becomes(api, `${servers}/${id}`, "server", "ACTIVE");
    const attach = (server: string) =>
      send(api, "POST", `${servers}/${server}/os-volume_attachments`, { volumeAttachment: { volumeId: volume } });
    assert.equal((await attach(a)).status, 200);
    refused(await attach(a), "compute", 400, /volume/i, "badRequest");
    refused(await attach(b), "compute", 400, /volume/i, "badRequest");
    await becomes(api, `${volumes()}/${volume}`, "volume", "in-use");
    refused(await attach(b), "compute", 400, /volume/i, "badRequest");
    refused(await send(api, "DELETE", `${volumes()}/${volume}`), "volume", 400, /volume/i, "badRequest");
    await remove(api, `${servers}/${a}`);
    await remove(api, `${servers}/${b}`);
    await becomes(api, `${volumes()}/${volume}`, "volume", "available");
    await remove(api, `${volumes()}/${volume}`);
  });

  leavesNothing("a malformed body, for each service", async () => {
    for (const [service, path] of services(api)) refused(await send(api, "POST", path, '{"server": {'), service, 400, /\w/);
  });

  leavesNothing("a body that is no object, for each service", async () => {
    for (const [service, path] of services(api)) refused(await send(api, "POST", path, "[1, 2]"), service, 400, /\w/);
  });

  leavesNothing("a body of 100 MiB, for each service, quickly", async () => {
    const body = new Uint8Array(100 * 1024 * 1024).fill(32);
    for (const [service, path] of services(api)) {
      const started = Date.now();
      refused(await send(api, "POST", path, body), service, 413, /large/i);
      assert.ok(Date.now() - started < 5000, `${service} took ${Date.now() - started} ms`);
    }
  });

  leavesNothing("half a token, for each service", async () => {
    const half = { base: api.base, token: api.token.slice(0, api.token.length / 2) };
    const paths = services(api).map(([service, path]) => (service === "identity" ? "/identity/v3/projects" : path));
    for (const path of paths) {
      const answer = await send(half, "GET", path);
      assert.equal(answer.status, 401, path);
      const { error } = JSON.parse(answer.text) as { error: { code: number; title: string } };
      assert.deepEqual([error.code, error.title], [401, "Unauthorized"], path);
      assert.ok(answer.headers["www-authenticate"], path);
    }
  });

  leavesNothing("an image that is no qcow2", async ({ images }) => {
    const { body } = await api.call<{ id: string }>("POST", "/image/v2/images", {
      name: "text",
      disk_format: "qcow2",
      container_format: "bare",
    });
    const bytes = Buffer.from("this is a text and no disk\n".repeat(100_000));
    const upload = () => send(api, "PUT", `/image/v2/images/${body.id}/file`, bytes, "application/octet-stream");
    refused(await upload(), "image", 415, /not qcow2/);
    assert.deepEqual((await world()).images, images, "no bytes are kept");
    const shown = await api.call<{ status: string }>("GET", `/image/v2/images/${body.id}`);
    assert.equal(shown.body.status, "queued");
    refused(await postServer({ imageRef: body.id }), "compute", 400, /image/i, "badRequest");
    await remove(api, `/image/v2/images/${body.id}`);
  });

  leavesNothing("an exceeded quota", async () => {
    const quota = { instances: 1, cores: 2, volumes: 1, gigabytes: 2, networks: 1, ports: 5, routers: 0 };
    const small = await makeTenant("small", quota);
    const own = await make(small, networks, "network", { name: "only" });
    await make(small, subnets, "subnet", { network_id: own, ip_version: 4, cidr: "10.35.0.0/24" });
    refused(await send(small, "POST", networks, { network: { name: "second" } }), "network", 409, /quota/i, "OverQuota");
    refused(await send(small, "POST", "/network/v2.0/routers", { router: {} }), "network", 409, /quota/i, "OverQuota");
    const large = await send(small, "POST", `/volume/v3/${small.projectID}/volumes`, { volume: { size: 3 } });
    refused(large, "volume", 413, /quota|exceeds/i, "overLimit");
    const fields = serverFields({ networks: [{ uuid: own }] });
    const created = await Promise.all([1, 2, 3].map(() => send(small, "POST", servers, { server: fields })));
    const [over] = created.filter(({ status }) => status !== 202);
    assert.deepEqual(created.map(({ status }) => status).sort(), [202, 403, 403]);
    assert.ok(over);
    refused(over, "compute", 403, /quota/i, "forbidden");
    await removeTenant("small");
  });
});
