// Every write of the OpenStack APIs at least once, and changes of one object by many at once: what the API role may do must be used.
import assert from "node:assert/strict";
import { type Cloud, login } from "../bench/cloud.ts";
import { send } from "./faulty.ts";
import { becomes, buildServer, floatingIP, idByName, make, portOf, remove, routedNetwork } from "./things.ts";

const neutron = (name: string) => `/network/v2.0/${name}`;
const nova = (name: string) => `/compute/v2.1/${name}`;

/** Changes by many at once: all but the first meet a newer object, and read it before they try again. */
export async function changeByMany(change: (turn: number) => Promise<{ status: number; text: string }>): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, turn) => change(turn)));
  for (const { status, text } of answers) assert.ok(status < 300, text);
}

const rename = (api: Cloud, path: string, type: string, field = "name") =>
  changeByMany((turn) => send(api, "PUT", path, { [type]: { [field]: `turn-${turn}` } }));

export interface Things {
  server: string;
  network: string;
  router: string;
  subnet: string;
  group: string;
  floating: string;
  volume: string;
}

/** A server with a volume and a floating IP, made by the project's member; every kind renamed by many at once. */
export async function makeThings(api: Cloud): Promise<Things> {
  const { network, subnet, router } = await routedNetwork(api, "rights", "10.40.0.0/24");
  const group = await make(api, neutron("security-groups"), "security_group", { name: "extra" });
  await api.call("POST", nova("os-keypairs"), { keypair: { name: "k" } });
  const user_data = Buffer.from("#!/bin/sh\ntrue\n").toString("base64");
  const server = await buildServer(api, network, { name: "rights", key_name: "k", user_data });
  await becomes(api, nova(`servers/${server}`), "server", "ACTIVE");
  await floatingIP(api, server);
  const volumes = `/volume/v3/${api.projectID}/volumes`;
  const volume = await make(api, volumes, "volume", { name: "rights", size: 1 });
  await becomes(api, `${volumes}/${volume}`, "volume", "available");
  await api.call("POST", `${volumes}/${volume}/action`, { "os-extend": { new_size: 2 } });
  await becomes(api, `${volumes}/${volume}`, "volume", "available");
  await rename(api, `${volumes}/${volume}`, "volume");
  await make(api, nova(`servers/${server}/os-volume_attachments`), "volumeAttachment", { volumeId: volume });
  await becomes(api, `${volumes}/${volume}`, "volume", "in-use");
  const port = await portOf(api, server);
  const { body } = await api.call<{ floatingips: { id: string; port_id: string }[] }>("GET", neutron("floatingips"));
  const floating = body.floatingips.find(({ port_id }) => port_id === port)?.id ?? "";
  await rename(api, neutron(`networks/${network}`), "network");
  await rename(api, neutron(`subnets/${subnet}`), "subnet");
  await rename(api, neutron(`ports/${port}`), "port");
  await rename(api, neutron(`routers/${router}`), "router");
  await rename(api, neutron(`security-groups/${group}`), "security_group");
  await rename(api, neutron(`floatingips/${floating}`), "floatingip", "description");
  await rename(api, nova(`servers/${server}`), "server");
  return { server, network, subnet, router, group, floating, volume };
}

export async function removeThings(api: Cloud, { server, network, subnet, router, group, floating, volume }: Things): Promise<void> {
  await remove(api, neutron(`floatingips/${floating}`));
  await remove(api, nova(`servers/${server}`));
  const disk = `/volume/v3/${api.projectID}/volumes/${volume}`;
  await becomes(api, disk, "volume", "available");
  await remove(api, disk);
  await api.call("PUT", neutron(`routers/${router}/remove_router_interface`), { subnet_id: subnet });
  await remove(api, neutron(`routers/${router}`));
  await remove(api, neutron(`subnets/${subnet}`));
  await remove(api, neutron(`networks/${network}`));
  await remove(api, neutron(`security-groups/${group}`));
}

export async function useServer(api: Cloud, { server, network }: Things): Promise<void> {
  const path = nova(`servers/${server}`);
  await send(api, "PUT", `${path}/tags`, { tags: ["a"] });
  await api.call("POST", `${path}/action`, { "os-getConsoleOutput": {} });
  const attached = await api.call<{ interfaceAttachment: { port_id: string } }>("POST", `${path}/os-interface`, {
    interfaceAttachment: { net_id: network },
  });
  await remove(api, `${path}/os-interface/${attached.body.interfaceAttachment.port_id}`);
  await api.call("POST", `${path}/action`, { "os-stop": null });
  await becomes(api, path, "server", "SHUTOFF");
  await api.call("POST", `${path}/action`, { "os-start": null });
  await becomes(api, path, "server", "ACTIVE");
  await api.call("POST", `${path}/action`, { reboot: { type: "HARD" } });
  await becomes(api, path, "server", "ACTIVE");
}

/** What only an administrator does. */
export async function administer(project: string): Promise<void> {
  const admin = await login("openrc-admin");
  const flavor = await make(admin, nova("flavors"), "flavor", {
    name: "private",
    vcpus: 1,
    ram: 64,
    disk: 1,
    "os-flavor-access:is_public": false,
  });
  await send(admin, "POST", nova(`flavors/${flavor}/os-extra_specs`), { extra_specs: { a: "b" } });
  const grants = [project, admin.projectID].map((tenant) =>
    send(admin, "POST", nova(`flavors/${flavor}/action`), { addTenantAccess: { tenant } }),
  );
  for (const { status, text } of await Promise.all(grants)) assert.equal(status, 200, text);
  await remove(admin, nova(`flavors/${flavor}`));
  await send(admin, "PUT", nova(`os-quota-sets/${project}`), { quota_set: { cores: 50 } });
  await changeByMany((turn) => send(admin, "PUT", neutron(`quotas/${project}`), { quota: { port: 100 + turn } }));
  await send(admin, "DELETE", neutron(`quotas/${project}`));
  await changeLimits(admin, project);
  const image = await send(admin, "POST", "/image/v2/images", { name: "rights", disk_format: "raw", container_format: "bare" });
  const { id } = JSON.parse(image.text) as { id: string };
  await changeByMany((turn) => send(admin, "PUT", `/image/v2/images/${id}/tags/turn-${turn}`));
  await remove(admin, `/image/v2/images/${id}`);
}

/** Registered limits and limits through Keystone, made, changed by many and removed. */
async function changeLimits(admin: Cloud, project: string): Promise<void> {
  const keystone = (name: string) => `/identity/v3/${name}`;
  const { body } = await admin.call<{ services: { id: string }[] }>("GET", keystone("services?type=compute"));
  const what = { service_id: body.services[0]?.id, resource_name: "widgets" };
  const madeAs = async <K extends string>(kind: K, entry: object): Promise<string> => {
    const { status, text } = await send(admin, "POST", keystone(kind), { [kind]: [{ ...what, ...entry }] });
    assert.equal(status, 201, text);
    return (JSON.parse(text) as Record<K, { id: string }[]>)[kind][0]?.id ?? "";
  };
  const registered = await madeAs("registered_limits", { default_limit: 1 });
  const limit = await madeAs("limits", { resource_limit: 2, project_id: project });
  await changeByMany((turn) =>
    send(admin, "PATCH", keystone(`registered_limits/${registered}`), { registered_limit: { default_limit: turn } }),
  );
  await changeByMany((turn) => send(admin, "PATCH", keystone(`limits/${limit}`), { limit: { resource_limit: turn } }));
  await remove(admin, keystone(`limits/${limit}`));
  await remove(admin, keystone(`registered_limits/${registered}`));
}

/** A user with a password: changed by many at once, by itself, and deleted. */
export async function manageUsers(): Promise<void> {
  const admin = await login("openrc-admin");
  const users = "/identity/v3/users";
  const user = await make(admin, users, "user", { name: "rights", password: "first" });
  await changeByMany((turn) => send(admin, "PATCH", `${users}/${user}`, { user: { description: `turn-${turn}` } }));
  const change = { user: { original_password: "first", password: "second" } };
  assert.equal((await send(admin, "POST", `${users}/${user}/password`, change)).status, 204);
  const bare = await make(admin, users, "user", { name: "rights-bare" });
  assert.equal((await send(admin, "PATCH", `${users}/${bare}`, { user: { password: "given" } })).status, 200);
  for (const id of [user, bare]) await remove(admin, `${users}/${id}`);
}

/** A token of its own that is revoked again. */
export async function revokeToken(): Promise<void> {
  const { base, token } = await login();
  const response = await fetch(`${base}/identity/v3/auth/tokens`, {
    method: "DELETE",
    headers: { "x-auth-token": token, "x-subject-token": token },
  });
  assert.equal(response.status, 204);
}

export async function removeKey(api: Cloud): Promise<void> {
  await idByName(api, "/image/v2/images", "images", "guest");
  const { status } = await api.call("DELETE", nova("os-keypairs/k"));
  assert.ok(status < 300);
}
