// Health checks for Argo CD: one Lua text for every kind, as lines of argocd-cm and in the layout of Argo CD's own resource_customizations/.
import { globSync, readFileSync } from "node:fs";
import { parse, stringify } from "yaml";

interface Names {
  group: string;
  kind: string;
}

/** One object and what its health must be; see gitops/argocd/cases.yaml. */
export interface HealthCase {
  name: string;
  ready?: "True" | "False";
  reason?: string;
  message: string;
  generationsBehind?: number;
  health: "Healthy" | "Progressing" | "Degraded" | "Suspended";
  /** Message of the health where it is not the condition's. */
  shown?: string;
}

/** Kinds whose objects have no condition. */
const dataKinds: ReadonlySet<string> = new Set([
  "EndpointGroup",
  "IPAddress",
  "OAuthConsumer",
  "Policy",
  "RegisteredLimit",
  "TokenRevocation",
]);

const folder = "gitops/argocd";
const generation = 2;
const lineLength = { lineWidth: 0 };

export function kindNames(): Names[] {
  const paths = globSync("crds/*/*.yaml", { exclude: ["crds/samples/**"] }).sort();
  return paths.map((path) => {
    const { spec } = parse(readFileSync(path, "utf8")) as { spec: { group: string; names: { kind: string } } };
    return { group: spec.group, kind: spec.names.kind };
  });
}

export function healthCases(): Record<string, HealthCase[]> {
  return parse(readFileSync(`${folder}/cases.yaml`, "utf8")) as Record<string, HealthCase[]>;
}

function samples(): Map<string, { kind: string; metadata: object }> {
  const paths = globSync("crds/samples/*.yaml", { exclude: ["crds/samples/quickstart.yaml"] });
  return new Map(paths.map((path) => parse(readFileSync(path, "utf8"))).map((sample) => [sample.kind, sample]));
}

function objectOf(sample: { metadata: object }, { ready, reason, message, generationsBehind = 0 }: HealthCase): object {
  const object = { ...sample, metadata: { ...sample.metadata, generation } };
  if (ready === undefined) return object;
  const observedGeneration = generation - generationsBehind;
  const condition = { type: "Ready", status: ready, reason, message, observedGeneration, lastTransitionTime: "2026-01-01T00:00:00Z" };
  return { ...object, status: { observedGeneration, conditions: [condition] } };
}

const dataPath = ({ name }: HealthCase) => `testdata/${name}.yaml`;

function testsOf(cases: readonly HealthCase[]): object {
  const tests = cases.map((one) => ({
    healthStatus: { status: one.health, message: one.shown ?? one.message },
    inputPath: dataPath(one),
  }));
  return { tests };
}

const note = (source: string, comment: "#" | "--") => `${comment} Generated from ${source} by \`npm run generate\`; do not edit.\n`;

function kindFiles({ group, kind }: Names, lua: string, source: string): [string, string][] {
  const cases = healthCases()[kind];
  const sample = samples().get(kind);
  if (!cases || !sample) throw new Error(`${kind} needs cases in ${folder}/cases.yaml and an object in crds/samples/`);
  const place = `${folder}/resource_customizations/${group}/${kind}`;
  const header = note(`${folder}/cases.yaml`, "#");
  return [
    [`${place}/health.lua`, note(source, "--") + lua],
    [`${place}/health_test.yaml`, header + stringify(testsOf(cases), lineLength)],
    ...cases.map((one): [string, string] => [`${place}/${dataPath(one)}`, header + stringify(objectOf(sample, one), lineLength)]),
  ];
}

/** Path → text of everything generated in gitops/argocd/. */
export function argocdFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const data: Record<string, string> = {};
  for (const names of kindNames()) {
    const source = `${folder}/${dataKinds.has(names.kind) ? "health-of-data" : "health"}.lua`;
    const lua = readFileSync(source, "utf8");
    for (const [path, text] of kindFiles(names, lua, source)) files.set(path, text);
    data[`resource.customizations.health.${names.group}_${names.kind}`] = lua;
  }
  const metadata = { name: "argocd-cm", namespace: "argocd", labels: { "app.kubernetes.io/part-of": "argocd" } };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  files.set(`${folder}/argocd-cm.yaml`, note(`${folder}/health.lua`, "#") + stringify(map, lineLength));
  return files;
}
