// The versions of cloud objects, by which a test sees that a second apply has changed nothing.
import { globSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import type { KubeClient } from "../../operator/contract.ts";

/** In which order kinds can be made: the waves of docs/gitops.md. */
const waves = [
  [
    "Domain",
    "Flavor",
    "VolumeType",
    "Role",
    "Region",
    "Service",
    "Policy",
    "OAuthConsumer",
    "RegisteredLimit",
    "FederationMapping",
    "TokenRevocation",
    "PolicyFile",
  ],
  ["Tenant", "User", "Group", "Endpoint", "EndpointGroup", "ImpliedRole", "IdentityProvider"],
  [
    "RoleAssignment",
    "FederationProtocol",
    "ApplicationCredential",
    "AccessRule",
    "Trust",
    "Credential",
    "Limit",
    "Network",
    "KeyPair",
    "SecurityGroup",
    "Image",
  ],
  ["Subnet"],
  ["Router", "Volume", "Port", "IPAddress"],
  ["Server"],
  ["FloatingIP", "ServerAction"],
];

export const waveOf = ({ kind }: KubeObject): number => waves.findIndex((kinds) => kinds.includes(kind));

/** Objects of the files that match, in an order in which they can be applied. */
export function manifests(pattern: string): KubeObject[] {
  const documents = globSync(pattern).flatMap((path) => parseAllDocuments(readFileSync(path, "utf8")));
  return documents.map((document) => document.toJS() as KubeObject).toSorted((a, b) => waveOf(a) - waveOf(b));
}

export const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

/** Those of `objects` that the cluster has, as it has them. */
export async function liveObjects(client: KubeClient, objects: readonly KubeObject[]): Promise<KubeObject[]> {
  const wanted = new Set(objects.map(nameOf));
  const kinds = kumulusKinds.filter(({ kind }) => objects.some((object) => object.kind === kind));
  const lists = await Promise.all(kinds.map((kind) => client.list(kind)));
  return lists.flat().filter((object) => wanted.has(nameOf(object)));
}

/** Name → generation and resourceVersion. */
export async function versions(client: KubeClient, objects: readonly KubeObject[]): Promise<Record<string, string>> {
  const live = await liveObjects(client, objects);
  const version = ({ metadata }: KubeObject) => `${metadata.generation} ${metadata.resourceVersion}`;
  return Object.fromEntries(live.map((object) => [nameOf(object), version(object)]));
}

/** Name → generation: what changes with the spec alone. */
export async function generations(client: KubeClient, objects: readonly KubeObject[]): Promise<Record<string, number>> {
  return Object.fromEntries((await liveObjects(client, objects)).map((object) => [nameOf(object), object.metadata.generation ?? 0]));
}

/** Resolves with the versions once nothing has changed for `quietMs`; rejects with what still changes after `timeoutMs`. */
export async function quietVersions(
  client: KubeClient,
  objects: readonly KubeObject[],
  { quietMs = 4000, timeoutMs = 120_000 } = {},
): Promise<Record<string, string>> {
  const deadline = Date.now() + timeoutMs;
  let last = await versions(client, objects);
  for (let since = Date.now(); Date.now() - since < quietMs; await sleep(250)) {
    const now = await versions(client, objects);
    if (isDeepStrictEqual(now, last)) continue;
    const changed = Object.keys({ ...last, ...now }).filter((name) => last[name] !== now[name]);
    if (Date.now() > deadline) throw new Error(`these still change: ${changed.join(", ")}`);
    last = now;
    since = Date.now();
  }
  return last;
}
