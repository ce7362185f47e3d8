// Turns crds/<group>/<kind>.yaml into models/<group>/<kind>.ts: one interface per object of the schema and the Kind that names it.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "yaml";

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: string[];
  additionalProperties?: Schema;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

interface Crd {
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

const header = (source: string) => `// Generated from ${source} by \`npm run generate\`; do not edit.\n`;

const kindFile = `${header("hack/generate/models.ts")}
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** What the API server needs to know to address objects of type T. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Who brings the kind, where it is not Kubernetes or Kumulus: a cluster may be without it. */
  readonly engine?: string;
  /** Never set: ties T to the value. */
  readonly type?: T;
}

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime: string;
}

/** Name of an object in the same namespace, or of a cluster-scoped one. */
export interface LocalRef {
  name: string;
}

/** Name of an object, with the namespace where it is another's. */
export interface ObjectRef {
  name: string;
  namespace?: string;
}
`;

const pascal = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const singular = (text: string) => (text.endsWith("sses") ? text.slice(0, -2) : text.endsWith("s") ? text.slice(0, -1) : text);
const comment = (text: string | undefined, indent: string) => (text ? `${indent}/** ${text} */\n` : "");

/** Writes one kind's file; nested objects become interfaces of their own, named by the path to them. */
class Writer {
  private readonly blocks: string[] = [];
  private readonly taken = new Set<string>();
  private readonly imports = new Set<string>(["Kind", "KubeObject", "ObjectMeta"]);
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  file(crd: Crd, source: string): string {
    const { group, scope, names } = crd.spec;
    const version = crd.spec.versions[0];
    if (!version) throw new Error(`${source}: no version`);
    const { spec, status } = version.schema.openAPIV3Schema.properties ?? {};
    this.object(`${this.root}Spec`, spec ?? {}, this.root);
    this.object(`${this.root}Status`, status ?? {}, this.root);
    const apiVersion = `${group}/${version.name}`;
    const head = `${comment(pascal(version.schema.openAPIV3Schema.description ?? ""), "")}export interface ${names.kind} extends KubeObject {
  apiVersion: "${apiVersion}";
  kind: "${names.kind}";
  metadata: ObjectMeta;
  spec: ${this.root}Spec;
  status?: ${this.root}Status;
}

export const ${names.kind}: Kind<${names.kind}> = Object.freeze({
  group: "${group}",
  version: "${version.name}",
  kind: "${names.kind}",
  plural: "${names.plural}",
  namespaced: ${scope === "Namespaced"},
});
`;
    const imports = [...this.imports].sort().join(", ");
    return `${header(source)}import type { ${imports} } from "../kind.ts";\n\n${head}\n${this.blocks.join("\n")}`;
  }

  private object(name: string, schema: Schema, parent: string): string {
    this.taken.add(name);
    const slot = this.blocks.push("") - 1;
    const lines = Object.entries(schema.properties ?? {}).map(([key, child]) => {
      const optional = schema.required?.includes(key) ? "" : "?";
      return `${comment(child.description, "  ")}  ${/^\w+$/.test(key) ? key : JSON.stringify(key)}${optional}: ${this.type(key, child, name, parent)};\n`;
    });
    this.blocks[slot] = `${comment(schema.description, "")}export interface ${name} {\n${lines.join("")}}\n`;
    return name;
  }

  private type(key: string, schema: Schema, owner: string, parent: string): string {
    if (key === "conditions") return this.use("Condition[]");
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (schema.type === "array") {
      const item = this.type(singular(key), schema.items ?? {}, owner, parent);
      return item.includes("|") ? `(${item})[]` : `${item}[]`;
    }
    if (schema.type === "object") return this.objectType(key, schema, owner, parent);
    if (schema.type === "integer" || schema.type === "number") return "number";
    return schema.type === "boolean" ? "boolean" : schema.type === "string" ? "string" : "unknown";
  }

  private objectType(key: string, schema: Schema, owner: string, parent: string): string {
    if (schema.additionalProperties) return `Record<string, ${this.type(key, schema.additionalProperties, owner, parent)}>`;
    const keys = Object.keys(schema.properties ?? {}).join();
    if (keys === "" && schema["x-kubernetes-preserve-unknown-fields"]) return "Record<string, unknown>";
    if (keys === "name") return this.use("LocalRef");
    if (keys === "name,namespace") return this.use("ObjectRef");
    const short = `${parent}${pascal(key)}`;
    const name = this.taken.has(short) ? `${owner}${pascal(key)}` : short;
    return this.object(name, schema, name);
  }

  private use(name: string): string {
    this.imports.add(name.replace("[]", ""));
    return name;
  }
}

/** All generated files of models/, by path from the project's root. */
export function modelFiles(): Map<string, string> {
  const files = new Map([["models/kind.ts", kindFile]]);
  const kinds: { kind: string; path: string }[] = [];
  for (const source of globSync("crds/*/*.yaml")
    .filter((path) => !path.startsWith("crds/samples/"))
    .sort()) {
    const crd = parse(readFileSync(source, "utf8")) as Crd;
    const group = crd.spec.group.split(".")[0] ?? "";
    const path = `${group}/${basename(source, ".yaml")}.ts`;
    kinds.push({ kind: crd.spec.names.kind, path });
    files.set(`models/${path}`, new Writer(crd.spec.names.kind).file(crd, source));
  }
  const imports = kinds.map(({ kind, path }) => `import { ${kind} } from "./${path}";\n`).join("");
  const list = kinds.map(({ kind }) => `  ${kind},\n`).join("");
  const all = `${header("crds/")}import type { Kind } from "./kind.ts";\n${imports}\nexport const kumulusKinds: readonly Kind[] = [\n${list}];\n`;
  return files.set("models/kinds.ts", all);
}
