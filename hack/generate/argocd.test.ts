// The health checks know every reason that the controllers write.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { healthCases, kindNames } from "./argocd.ts";

/** Reasons of Ready=False that pass by themselves, once what they wait for has come. */
const passing =
  /^(Waiting.*|.*Missing|.*NotActive|Building|Changing|Deleting|ImportingImage|Leftover|NameTaken|NamespaceTerminating|Pending|Provisioning|Running|Transferring)$/;

/** Of Ready=True. */
const good = new Set([
  "Active",
  "Allocated",
  "Associated",
  "Bound",
  "NoPassword",
  "Ready",
  "Running",
  "StorageClassFound",
  "Stopped",
  "Succeeded",
  "Usable",
  "Valid",
]);

/** How the sources write a reason. */
const written = [
  /\b(?:no|notReady|waiting|explain|Terminal|Waiting)\("([A-Z]\w+)"/g,
  /\breason(?:: | = )"([A-Z]\w+)"/g,
  /\breason \?\? "([A-Z]\w+)"/g,
  /\b(?:invalid|conflict)\(.*, "([A-Z]\w+)"\)/g,
];

function reasons(): string[] {
  const files = globSync("{controllers/**/*.ts,operator/controller/*.ts,domain/net/{subnet,port}.ts}");
  const sources = files.filter((path) => !/\.test\.ts$|\/testing\//.test(path)).map((path) => readFileSync(path, "utf8"));
  return [
    ...new Set(sources.flatMap((text) => written.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? "")))),
  ].sort();
}

const lua = readFileSync("gitops/argocd/health.lua", "utf8");
const listed = new Map([...lua.matchAll(/^ {2}(\w+) = "(\w+)",$/gm)].map(([, reason = "", health = ""]) => [reason, health]));

describe("Argo CD's health checks", () => {
  it("list every reason that does not pass by itself", () => {
    const found = reasons();
    assert.ok(found.length > 40, found.join());
    for (const reason of listed.keys()) assert.ok(found.includes(reason), `nothing writes ${reason}`);
    assert.deepEqual(
      found.filter((reason) => !listed.has(reason) && !passing.test(reason) && !good.has(reason)),
      [],
    );
  });

  it("call no reason failed that passes by itself or is good", () => {
    assert.deepEqual(
      [...listed.keys()].filter((reason) => passing.test(reason) || good.has(reason)),
      [],
    );
  });

  it("have a case of each health that a kind can show", () => {
    for (const { kind } of kindNames())
      assert.ok(
        healthCases()[kind]?.some(({ health }) => health === "Healthy"),
        kind,
      );
    const shown = new Set(Object.values(healthCases()).flatMap((cases) => cases.map(({ health }) => health)));
    assert.deepEqual([...shown].sort(), ["Degraded", "Healthy", "Progressing", "Suspended"]);
  });
});

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  default?: unknown;
}

/** Paths of the defaults inside lists. */
function listDefaults(schema: Schema, path: string, inList = false): string[] {
  const here = inList && schema.default !== undefined ? [path] : [];
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => listDefaults(one, `${path}.${name}`, inList));
  return [...here, ...below, ...(schema.items ? listDefaults(schema.items, `${path}[]`, true) : [])];
}

describe("the CRDs", () => {
  it("have no defaults inside lists, which a second `kubectl apply` would take for a change", () => {
    const paths = globSync("crds/*/*.yaml").filter((path) => !path.includes("samples"));
    const found = paths.flatMap((path) => listDefaults(parse(readFileSync(path, "utf8")).spec.versions[0].schema.openAPIV3Schema, path));
    assert.deepEqual(found, []);
  });
});
