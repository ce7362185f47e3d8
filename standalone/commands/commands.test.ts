// What make's variables mean, and what `make status` prints.
import assert from "node:assert/strict";
import { kumulusWrapper } from "../files/openrc.ts";
import { linesOf } from "./doctor.ts";
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

describe("the doctor's lines in the status", () => {
  const report = (...findings: object[]) => JSON.stringify({ summary: "doctor: so many checks", findings });
  const table: [why: string, code: number | null, output: string, lines: RegExp[]][] = [
    ["nothing is wrong", 0, report({ check: "storage", verdict: "ok", found: "fine" }), [/^doctor: so many checks$/]],
    [
      "something is",
      1,
      report({ check: "cdi", verdict: "ok", found: "fine" }, { check: "ovn", verdict: "fail", found: "down", advice: "look" }),
      [/^fail ovn: down\. To do: look$/, /^doctor:/],
    ],
    ["it could not run", 2, "", [/^doctor: it gave no answer/]],
    ["it was ended", null, "{", [/^doctor: it gave no answer/]],
  ];
  for (const [why, code, output, expected] of table) {
    it(why, () => {
      const lines = linesOf(code, output);
      assert.equal(lines.length, expected.length);
      for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? "", pattern);
    });
  }
});

describe("the wrapper of kumulus", () => {
  it("runs this cloud's sources with this cloud's file, whatever is in their paths", () => {
    const text = kumulusWrapper({ root: "/tmp/it's", stateDir: "/tmp/it's/.kumulus/a" });
    assert.match(text, /exec '.*node' '\/tmp\/it'\\''s\/main\.ts' "\$@" --instance-config '\/tmp\/it'\\''s\/\.kumulus\/a\/instance\.json'/);
  });
});
