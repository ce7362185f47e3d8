// A guest with a floating IP and a volume behind a router, made through the API.
import { readFileSync } from "node:fs";
import type { Cloud } from "../bench/cloud.ts";
import { eventually, run } from "./cloud.ts";
import { inGuest } from "./guest-shell.ts";
import { becomes, buildServer, floatingIP, idByName, make, routedNetwork } from "./things.ts";

export interface Site {
  server: string;
  network: string;
  volume: string;
  address: string;
}

async function openSecurityGroup(api: Cloud): Promise<void> {
  const group = await idByName(api, "/network/v2.0/security-groups", "security_groups", "default");
  const rule = { security_group_id: group, direction: "ingress", ethertype: "IPv4" };
  await make(api, "/network/v2.0/security-group-rules", "security_group_rule", { ...rule, protocol: "icmp" });
  const tcp = { ...rule, protocol: "tcp", port_range_min: 22, port_range_max: 22 };
  await make(api, "/network/v2.0/security-group-rules", "security_group_rule", tcp);
}

/** Resolves when the guest answers ssh and sees its volume as /dev/sda. `key` is where the private key is written. */
export async function site(api: Cloud, key: string): Promise<Site> {
  await run(`ssh-keygen -q -t ed25519 -N '' -f ${key}`);
  await openSecurityGroup(api);
  const public_key = readFileSync(`${key}.pub`, "utf8").trim();
  await api.call("POST", "/compute/v2.1/os-keypairs", { keypair: { name: "site", public_key } });
  const { network } = await routedNetwork(api, "site", "10.20.0.0/24");
  const server = await buildServer(api, network, { name: "site", key_name: "site" });
  const volumes = `/volume/v3/${api.projectID}/volumes`;
  const volume = await make(api, volumes, "volume", { name: "site", size: 1 });
  await becomes(api, `${volumes}/${volume}`, "volume", "available");
  await becomes(api, `/compute/v2.1/servers/${server}`, "server", "ACTIVE");
  const address = await floatingIP(api, server);
  await make(api, `/compute/v2.1/servers/${server}/os-volume_attachments`, "volumeAttachment", { volumeId: volume });
  await eventually(() => inGuest(address, key, "test -b /dev/sda"), 90_000);
  return { server, network, volume, address };
}
