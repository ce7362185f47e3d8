// Checks objects against the engines' real CRDs, unknown fields refused. The CRDs are test data outside the repository.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import type { Kind } from "../../models/kind.ts";

const folder = process.env.KUMULUS_ENGINE_CRDS ?? "/work/shared/reference/engines/crds";
const files: Record<string, string> = {
  "kubevirt.io": "kubevirt.yaml",
  "cdi.kubevirt.io": "cdi.yaml",
  "snapshot.storage.k8s.io": "external-snapshotter.yaml",
  "k8s.cni.cncf.io": "multus.yaml",
};

interface Definition {
  spec: { versions: { name: string; schema: { openAPIV3Schema: object } }[] };
}

type Schema = Record<string, unknown>;

/** False where the CRDs are not on this machine; then the caller says so and checks nothing. */
export const haveEngineSchemas = existsSync(join(folder, "kubevirt.yaml"));

const checks = new Map<string, ValidateFunction>();

/** What is wrong with an object of an engine's kind; empty when nothing is. */
export function schemaErrors(kind: Kind, object: object): string[] {
  const check = checkOf(kind);
  if (check(object)) return [];
  return (check.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

function checkOf(kind: Kind): ValidateFunction {
  const name = `${kind.plural}.${kind.group}`;
  const known = checks.get(name);
  if (known) return known;
  const text = readFileSync(join(folder, files[kind.group] ?? ""), "utf8");
  const document = text.split(/^---\s*$/m).find((part) => new RegExp(`^  name: ["']?${name.replaceAll(".", "\\.")}["']?$`, "m").test(part));
  if (document === undefined) throw new Error(`no CRD ${name} in ${folder}`);
  const definition = parse(document) as Definition;
  const schema = definition.spec.versions.find((version) => version.name === kind.version)?.schema.openAPIV3Schema;
  if (!schema) throw new Error(`CRD ${name} has no version ${kind.version}`);
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const check = ajv.compile(closed(schema));
  checks.set(name, check);
  return check;
}

/** The API server drops unknown fields; here they are errors. */
function closed(value: unknown): Schema {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    const schema: Schema = Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]));
    const open = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties !== undefined;
    const isSchema = typeof schema.properties === "object" && schema.type === "object";
    return isSchema && !open ? { ...schema, additionalProperties: false } : schema;
  };
  return walk(value) as Schema;
}
