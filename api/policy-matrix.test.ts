// Every route × every kind of caller, through the real pipeline: who is refused (403), whose eyes miss an object (404), and who gets through.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TSchema } from "typebox";
import { Create } from "typebox/value";
import { Server } from "../models/compute/server.ts";
import { Tenant } from "../models/identity/tenant.ts";
import { Image } from "../models/image/image.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import { FloatingIP } from "../models/network/floating-ip.ts";
import { Network } from "../models/network/network.ts";
import { Port } from "../models/network/port.ts";
import { Router } from "../models/network/router.ts";
import { SecurityGroup } from "../models/network/security-group.ts";
import { Subnet } from "../models/network/subnet.ts";
import { Volume } from "../models/volume/volume.ts";
import { createLog } from "../operator/log.ts";
import { createMetrics } from "../operator/metrics.ts";
import { parse } from "../operator/yaml.ts";
import { createApp } from "./http/app.ts";
import { type Auth, anonymous } from "./http/auth.ts";
import { httpMetrics } from "./http/metrics.ts";
import { withImpliedRoles } from "./http/policy.ts";
import { isPlaceholder, publicRule, type Route, type Service } from "./http/route.ts";
import { offlineCloud } from "./testing/offline-services.ts";

const project = (name: string) => ({ id: `${name}-id`, name, tenant: name, namespace: `kumulus-${name}`, domainId: "default" });
const caller = (roles: string[], scope: Partial<Auth>): Auth => ({
  ...anonymous,
  userId: "u",
  user: "u",
  roles: withImpliedRoles(roles),
  isAdmin: roles.includes("admin"),
  ...scope,
});

/** From least to most, all on the project that has the objects. */
const ladder = ["nobody", "reader", "member", "manager", "admin"] as const;
type Rung = (typeof ladder)[number];
const callers: Readonly<Record<string, Auth>> = {
  ...Object.fromEntries(ladder.map((role) => [role, caller([role], { project: project("demo") })])),
  service: caller(["service"], { project: project("demo") }),
  foreign: caller(["member"], { project: project("other") }),
  "system reader": caller(["reader"], { system: true }),
  "system admin": caller(["admin"], { system: true }),
};

/** Rules that need no role, those that need no project either, those of administrators, and what else is no reader's GET and no member's change. */
const forAll =
  /^(get_schema|get_extension|os_compute_api:(flavors|not-implemented|extensions|limits|os-availability-zone:list|os-quota-sets:defaults|os-keypairs:\w+)|volume:(not_implemented|availability_zone_list|extensions))$/;
const withoutProject = /^(get_schema|get_extension|os_compute_api:(flavors|not-implemented))$/;
const forAdmins =
  /^(get_quotas_of_all|(update|delete)_quota|os_compute_api:(os-flavor-manage|os-flavor-access|os-flavor-extra-specs:(create|update|delete)|os-quota-sets:(update|delete)|os-quota-class-sets|os-availability-zone:detail).*|volume_extension:(quota_classes:(get|update)|quotas:(update|delete)|volume_type_encryption:get))$/;
const exceptions: Readonly<Record<string, Rung>> = { download_image: "member" };

function leastOf({ policy, method }: Route): Rung {
  if (forAll.test(policy)) return "nobody";
  if (forAdmins.test(policy)) return "admin";
  return exceptions[policy] ?? (method === "GET" ? "reader" : "member");
}

function isLetThrough(name: string, route: Route): boolean {
  const { project: scope } = callers[name] ?? anonymous;
  if (!scope) return withoutProject.test(route.policy);
  const rung = name === "foreign" ? "member" : name === "service" ? "nobody" : (name as Rung);
  // A service that asks for another's ports and networks: Nova, Octavia.
  if (name === "service" && /^(get_(network|subnet|port)|(create|update|delete)_port)$/.test(route.policy)) return true;
  return ladder.indexOf(rung) >= ladder.indexOf(leastOf(route));
}

/** Objects of project demo, each under an id by which paths name it. */
const owned: readonly (readonly [path: RegExp, kind: Kind, sample: string, id: string])[] = (
  [
    [/^\/v2\.1\/servers\/:/, Server, "server"],
    [/^\/v3\/:project\/volumes\/:/, Volume, "volume"],
    [/^\/v2\/images\/:/, Image, "image"],
    [/^\/v2\.0\/networks\/:/, Network, "network"],
    [/^\/v2\.0\/subnets\/:/, Subnet, "subnet"],
    [/^\/v2\.0\/ports\/:/, Port, "port"],
    [/^\/v2\.0\/routers\/:/, Router, "router"],
    [/^\/v2\.0\/floatingips\/:/, FloatingIP, "floating-ip"],
    [/^\/v2\.0\/security-groups\/:/, SecurityGroup, "security-group"],
  ] as const
).map(([path, kind, sample], index) => [path, kind as Kind, sample, `00000000-0000-4000-8000-00000000000${index}`]);

const ownedBy = (route: Route) => owned.find(([path]) => path.test(route.path));

function fill(cloud: ReturnType<typeof offlineCloud>): void {
  for (const name of ["demo", "other"]) {
    const { id, tenant, namespace } = project(name);
    const metadata = { name: tenant, uid: id, resourceVersion: "1", labels: { "kumulus.cloud/id": id } };
    cloud.caches.of(Tenant).put({
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "Tenant",
      metadata,
      spec: { domainRef: { name: "d" } },
      status: { namespace },
    });
  }
  for (const [, kind, sample, id] of owned) {
    const object = parse(readFileSync(`crds/samples/${sample}.yaml`, "utf8")) as KubeObject;
    const metadata = { ...object.metadata, namespace: "kumulus-demo", uid: id, resourceVersion: "1", labels: { "kumulus.cloud/id": id } };
    cloud.caches.of(kind).put({ ...object, metadata });
  }
}

function urlOf(service: Service, route: Route, auth: Auth): string {
  const own = /\/(os-)?quota(-set)?s\/:/.test(route.path) ? auth.project?.id : undefined;
  const [first, ...more] = [own ?? ownedBy(route)?.[3] ?? "00000000-0000-4000-8000-0000000000ff", "x", "y"];
  const ids = route.path.startsWith("/v3/:project") ? [auth.project?.id ?? "none", first, ...more] : [first, ...more];
  return `${service.mount}${route.path.replace(/:\w+/g, () => ids.shift() ?? "x")}`;
}

/** A body that fits the schema where its defaults can; rules are asked before schemas. */
function bodyOf({ body, action }: Route): unknown {
  if (!body) return undefined;
  let made: unknown;
  try {
    made = Create(body as TSchema);
  } catch {
    made = {};
  }
  if (action === undefined) return made;
  return { [action]: (made as Record<string, unknown>)[action] ?? null };
}

function requestOf(service: Service, route: Route, name: string): RequestInit {
  const minor = route.since ?? service.microversions?.min ?? 0;
  const api = service.microversions;
  const headers: Record<string, string> = { "x-auth-token": name };
  if (api) headers["openstack-api-version"] = `${api.service} ${api.major}.${Math.max(minor, api.min)}`;
  const body = bodyOf(route);
  if (route.rawBody) headers["content-type"] = "application/octet-stream";
  else if (body !== undefined) headers["content-type"] = route.mediaTypes?.[0] ?? "application/json";
  return { method: route.method, headers, ...(body === undefined ? {} : { body: route.rawBody ? "x" : JSON.stringify(body) }) };
}

describe("policy of every route", function () {
  this.timeout(60_000);
  const cloud = offlineCloud();
  const services = cloud.services.filter(({ name }) => !["keystone", "internal"].includes(name));
  let server: HttpServer;
  let base = "";

  before(async () => {
    fill(cloud);
    const authenticator = { authenticate: (token: string) => callers[token] ?? anonymous };
    const log = createLog({ name: "matrix", level: "silent" });
    server = createServer(createApp(services, { authenticator, log, metrics: httpMetrics(createMetrics().registry) }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => void server.close());

  const ask = async (service: Service, route: Route, name: string) => {
    const answer = await fetch(`${base}${urlOf(service, route, callers[name] ?? anonymous)}`, requestOf(service, route, name));
    return { status: answer.status, text: await answer.text() };
  };

  for (const service of services) {
    for (const route of service.routes.filter(({ policy }) => policy !== publicRule)) {
      it(`${service.name} ${route.method} ${route.path} ${route.action ?? ""} ${route.since ?? ""}`, async () => {
        for (const name of Object.keys(callers)) {
          const { status, text } = await ask(service, route, name);
          const what = `${name} (${route.policy}): ${status} ${text}`;
          if (!isLetThrough(name, route)) assert.equal(status, 403, what);
          else if (name === "foreign" && ownedBy(route)) assert.ok(status === 404 || status === 400 || isPlaceholder(route), what);
          else assert.ok(![401, 403].includes(status), what);
        }
      });
    }
  }
});
