// What make's variables mean, and what `make status` prints.
import assert from "node:assert/strict";
import { readOptions } from "./options.ts";
import { table } from "./status.ts";

const refused: { env: Record<string, string>; message: RegExp }[] = [
  { env: { HYPERVISOR: "xen" }, message: /HYPERVISOR=xen: use one of qemu, simulated/ },
  { env: { EXTERNAL: "bridge" }, message: /EXTERNAL=bridge/ },
  { env: { STORAGE: "ceph" }, message: /STORAGE=ceph: this version has local storage only/ },
  { env: { NODES: "2" }, message: /NODES=2/ },
  { env: { ROLES: "operator,cook" }, message: /ROLES=cook/ },
];

describe("make's variables", () => {
  it("have defaults, also where make passes them empty", () => {
    const { name, hypervisor, external, roles } = readOptions({ INSTANCE: "", ROLES: "" });
    assert.deepEqual([name, hypervisor, external, roles.length], ["default", "qemu", "host", 4]);
  });
  for (const { env, message } of refused) it(`refuse ${JSON.stringify(env)}`, () => assert.throws(() => readOptions(env), message));
});

describe("status table", () => {
  it("shows pid=N in columns", () => {
    const rows = [
      { name: "etcd", pid: 12, pssMiB: 40.25, restarts: 0, health: "ok" },
      { name: "kube-apiserver", pid: undefined, pssMiB: 0, restarts: 3, health: "backoff" },
    ];
    assert.deepEqual(table(rows).split("\n"), [
      "PROCESS         PID     PSS MiB  RESTARTS  HEALTH",
      "etcd            pid=12  40.3     0         ok",
      "kube-apiserver  pid=-   0.0      3         backoff",
    ]);
  });
});
