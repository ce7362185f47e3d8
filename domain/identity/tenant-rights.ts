// What the roles of a project let its people do with kubectl in the project's namespace: each verb on each kind stands for a policy rule of an API.
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Server } from "../../models/compute/server.ts";
import { ServerAction } from "../../models/compute/server-action.ts";
import { Image } from "../../models/image/image.ts";
import type { Kind } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { type Right, right, type Verb } from "../rights.ts";

/** The roles that policies name, least first; each has all rights of those before it. */
export const standardRoles = ["reader", "member", "manager", "admin"] as const;
export type StandardRole = (typeof standardRoles)[number];

interface Deeds {
  readonly read: string;
  readonly create: string;
  readonly update: string;
  readonly delete: string;
}

interface KindRules {
  readonly kind: Kind;
  /** The API's service, as its policy file is named. */
  readonly service: "nova" | "neutron" | "glance" | "cinder";
  /** Rule of each deed; what is absent nobody of the project does. */
  readonly rules: Partial<Deeds>;
}

const nova = (kind: unknown, rules: Partial<Deeds>): KindRules => ({
  kind: kind as Kind,
  service: "nova",
  rules: Object.fromEntries(Object.entries(rules).map(([deed, rule]) => [deed, `os_compute_api:${rule}`])),
});
const neutron = (kind: unknown, name: string): KindRules => ({
  kind: kind as Kind,
  service: "neutron",
  rules: { read: `get_${name}`, create: `create_${name}`, update: `update_${name}`, delete: `delete_${name}` },
});

export const kindRules: readonly KindRules[] = [
  nova(Server, { read: "servers:show", create: "servers:create", update: "servers:update", delete: "servers:delete" }),
  // A deed that has been asked for stays in the record: nobody changes or removes it.
  nova(ServerAction, { read: "os-instance-actions:show", create: "servers:reboot" }),
  // Nova's key pairs are a person's own, whatever the role. Here they are the project's, as its other objects.
  nova(KeyPair, { read: "servers:show", create: "servers:create", update: "servers:update", delete: "servers:delete" }),
  neutron(Network, "network"),
  neutron(Subnet, "subnet"),
  neutron(Port, "port"),
  neutron(Router, "router"),
  neutron(FloatingIP, "floatingip"),
  neutron(SecurityGroup, "security_group"),
  // Locks of addresses: the cloud makes and removes them.
  { kind: IPAddress as Kind, service: "neutron", rules: { read: "get_port" } },
  {
    kind: Image as Kind,
    service: "glance",
    rules: { read: "get_image", create: "add_image", update: "modify_image", delete: "delete_image" },
  },
  {
    kind: Volume as Kind,
    service: "cinder",
    rules: { read: "volume:get", create: "volume:create", update: "volume:update", delete: "volume:delete" },
  },
];

export const verbsOf: Readonly<Record<keyof Deeds, readonly Verb[]>> = {
  read: ["get", "list", "watch"],
  create: ["create"],
  update: ["update", "patch"],
  delete: ["delete", "deletecollection"],
};

const deeds = Object.keys(verbsOf) as (keyof Deeds)[];

/** A right on no kind: who has it may set what else only managers, or administrators, of the API may set. The API server asks for it. */
export const restricted = { group: "kumulus.cloud", resource: "restricted", manager: "manage", administrator: "administer" } as const;

/** Of who acts for whom policies have been asked already. */
export const unrestricted: Right = {
  group: restricted.group,
  resource: restricted.resource,
  verbs: [restricted.manager, restricted.administrator],
};

/** A person's name in Kubernetes, by the name of the User. */
export const kubernetesUser = (user: string) => `kumulus:user:${user}`;

const levels: Readonly<Record<StandardRole, readonly Verb[]>> = {
  reader: [],
  member: [],
  manager: [restricted.manager],
  admin: [restricted.manager, restricted.administrator],
};

/** Rights of a role in its project's namespace. */
export function rightsOfRole(role: StandardRole): Right[] {
  const allowed = role === "reader" ? (["read"] as const) : deeds;
  const kinds = kindRules.map(({ kind, rules }) => right(kind, ...allowed.flatMap((deed) => (rules[deed] ? verbsOf[deed] : []))));
  const more: Right = { group: restricted.group, resource: restricted.resource, verbs: levels[role] };
  return [...kinds, { group: "", resource: "events", verbs: verbsOf.read }, ...(more.verbs.length > 0 ? [more] : [])];
}
