// The identity API with 100 000 users and 300 000 role assignments: its start, its memory, its token checks.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { request } from "undici";
import { createStores } from "../api/http/store.ts";
import { identityWorld } from "../api/identity/world.ts";
import { passwords, seed } from "../api/testing/cloud.ts";
import { idLabel } from "../domain/id.ts";
import { nodeProgram } from "../hack/bundle.ts";
import { RoleAssignment } from "../models/identity/role-assignment.ts";
import { User } from "../models/identity/user.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { createLog } from "../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { startRole } from "../operator/testing/roles.ts";
import { requestsPerSecond, tasksPerSecond } from "./load.ts";

const users = 100_000;
const assignments = 300_000;
const tenants = 1_000;
const now = "2026-01-01T00:00:00Z";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const conditions = [
  { type: "Ready", status: "True", reason: "Active", message: "It can log in.", observedGeneration: 1, lastTransitionTime: now },
];

/** As the API server keeps an object that the identity API made and its controller has seen. */
function stored(kind: Kind, name: string, spec: object, status: object, annotations?: Record<string, string>): object {
  const metadata = {
    name,
    uid: randomUUID(),
    generation: 1,
    creationTimestamp: now,
    labels: { [idLabel]: randomUUID() },
    ...(annotations && { annotations }),
  };
  return {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata,
    spec,
    status: { observedGeneration: 1, conditions, ...status },
  };
}

function user(index: number): object {
  const name = `user-${index}`;
  const spec = {
    displayName: `User ${index}`,
    email: `user-${index}@example.org`,
    enabled: true,
    domainRef: { name: "default" },
    passwordSecretRef: { name: `${name}-password`, key: "hash" },
  };
  return stored(User, name, spec, { passwordChangedAt: now, passwordFingerprint: randomUUID().repeat(2) });
}

function assignment(index: number): object {
  const spec = {
    userRef: { name: `user-${index % users}` },
    roleRef: { name: "member" },
    tenantRef: { name: `tenant-${(index * 7) % tenants}` },
  };
  const bound = { "identity.kumulus.cloud/bound-to": [randomUUID(), randomUUID(), randomUUID()].join(",") };
  return stored(RoleAssignment, `assignment-${index}`, spec, {}, bound);
}

/** Straight into etcd, a hundred a transaction: through the API server it would take an hour. */
async function fill(plane: ControlPlane, kind: Kind, count: number, make: (index: number) => object): Promise<void> {
  const [etcd] = plane.etcd;
  const batch = 100;
  await tasksPerSecond(Math.ceil(count / batch), 4, async (group) => {
    const puts = Array.from({ length: Math.min(batch, count - group * batch) }, (_, place) => {
      const object = make(group * batch + place) as KubeObject;
      const key = `/registry/${kind.group}/${kind.plural}/${object.metadata.name}`;
      return { request_put: { key: Buffer.from(key).toString("base64"), value: Buffer.from(JSON.stringify(object)).toString("base64") } };
    });
    const answer = await request(`${etcd?.url}/v3/kv/txn`, { method: "POST", body: JSON.stringify({ success: puts }) });
    if (answer.statusCode !== 200) throw new Error(`etcd: ${answer.statusCode} ${await answer.body.text()}`);
    await answer.body.dump();
  });
}

/** Heap bytes for an object of the kind, with the indexes of the identity API. */
async function memoryOf<T extends KubeObject>(plane: ControlPlane, kind: Kind<T>): Promise<number> {
  const stopping = new AbortController();
  const caches = createCaches(plane.client, { log: createLog({ name: "bench", level: "error" }) });
  identityWorld(createStores(plane.client, caches));
  collect();
  const before = process.memoryUsage().heapUsed;
  await caches.start(stopping.signal);
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  const { length } = caches.of(kind).list();
  stopping.abort();
  return bytes / length;
}

async function validateRate(url: string): Promise<number> {
  const body = JSON.stringify({
    auth: {
      identity: { methods: ["password"], password: { user: { name: "admin", domain: { id: "default" }, password: passwords.admin } } },
      scope: { project: { name: "admin", domain: { id: "default" } } },
    },
  });
  const answer = await fetch(`${url}/identity/v3/auth/tokens`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const token = answer.headers.get("x-subject-token");
  if (!token) throw new Error(`login: ${answer.status} ${await answer.text()}`);
  return requestsPerSecond(`${url}/identity/v3/auth/tokens`, { "x-auth-token": token, "x-subject-token": token });
}

export async function identityAtScale() {
  const plane = await startControlPlane({ apiServerMemory: "8GiB" });
  const api = () =>
    startRole("api", {
      program: join(import.meta.dirname, "../main.ts"),
      directory: plane.directory,
      kubeconfig: plane.kubeconfig,
      northbound: "tcp:127.0.0.1:1",
      southbound: "tcp:127.0.0.1:1",
      node: nodeProgram,
    });
  try {
    await seed(plane.client);
    const small = await api();
    await small.whenReady();
    const few = await validateRate(small.settings.apiURL);
    await small.stop();
    await fill(plane, User, users, user);
    const bytes = await memoryOf(plane, User);
    await fill(plane, RoleAssignment, assignments, assignment);
    const large = await api();
    const seconds = (await large.whenReady(300_000)) / 1000;
    const many = await validateRate(large.settings.apiURL);
    await large.stop();
    return [
      { what: "token validate with 2 users", measured: few, unit: "/s", bar: 3000, floor: true },
      { what: "token validate with 100 000 users", measured: many, unit: "/s", bar: 3000, floor: true },
      { what: "memory for each of 100 000 users", measured: bytes, unit: "bytes", bar: 1024, floor: false },
      { what: "start of the API with 100 000 users and 300 000 role assignments", measured: seconds, unit: "s", bar: 20, floor: false },
    ];
  } finally {
    await plane.stop();
  }
}
