// Whether objects that were valid under a CRD's earlier form still are under its later one. Pure.

export interface Schema {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: readonly unknown[];
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  default?: unknown;
  nullable?: boolean;
  "x-kubernetes-validations"?: readonly { rule: string }[];
  [limit: string]: unknown;
}

export interface Definition {
  metadata: { name: string };
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: readonly { name: string; served: boolean; storage: boolean; schema?: { openAPIV3Schema?: Schema } }[];
  };
}

const lowerBounds = ["minimum", "minLength", "minItems", "minProperties"];
const upperBounds = ["maximum", "maxLength", "maxItems", "maxProperties"];
/** Any change of these may refuse what was valid, or merge it in another way. */
const fixed = [
  "type",
  "format",
  "pattern",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
];

const text = (value: unknown) => JSON.stringify(value) ?? "none";

function* limits(before: Schema, after: Schema): Generator<string> {
  for (const name of fixed)
    if (text(before[name]) !== text(after[name])) yield `${name} was ${text(before[name])} and is ${text(after[name])}`;
  const number = (value: unknown, unbounded: number) => (typeof value === "number" ? value : unbounded);
  for (const name of lowerBounds)
    if (number(after[name], -Infinity) > number(before[name], -Infinity)) yield `${name} rises to ${text(after[name])}`;
  for (const name of upperBounds)
    if (number(after[name], Infinity) < number(before[name], Infinity)) yield `${name} falls to ${text(after[name])}`;
  if (before.nullable && !after.nullable) yield "null is no longer taken";
  if (after.enum) {
    if (!before.enum) yield "has an enum now";
    const lost = (before.enum ?? []).filter((value) => !after.enum?.includes(value));
    if (lost.length > 0) yield `no longer takes ${lost.map(text).join(", ")}`;
  }
  const rules = new Set((before["x-kubernetes-validations"] ?? []).map(({ rule }) => rule));
  for (const { rule } of after["x-kubernetes-validations"] ?? []) if (!rules.has(rule)) yield `has the new rule ${rule}`;
}

function* required(before: Schema, after: Schema): Generator<string> {
  const had = new Set(before.required ?? []);
  for (const name of after.required ?? [])
    if (!had.has(name) && after.properties?.[name]?.default === undefined) yield `${name} is required now and has no default`;
}

const isSchema = (value: Schema | boolean | undefined): value is Schema => typeof value === "object";

function* schemaProblems(before: Schema, after: Schema, path: string): Generator<string> {
  for (const problem of [...limits(before, after), ...required(before, after)]) yield `${path}: ${problem}`;
  for (const [name, was] of Object.entries(before.properties ?? {})) {
    const is = after.properties?.[name];
    if (is) yield* schemaProblems(was, is, `${path}.${name}`);
    else if (!after["x-kubernetes-preserve-unknown-fields"]) yield `${path}.${name}: is gone, and with it what objects have there`;
  }
  if (before.items && after.items) yield* schemaProblems(before.items, after.items, `${path}[]`);
  const [was, is] = [before.additionalProperties, after.additionalProperties];
  if (isSchema(was) && isSchema(is)) yield* schemaProblems(was, is, `${path}{}`);
  else if (was && !is && !after["x-kubernetes-preserve-unknown-fields"]) yield `${path}: no longer takes keys of any name`;
  if (before["x-kubernetes-preserve-unknown-fields"] && !after["x-kubernetes-preserve-unknown-fields"])
    yield `${path}: unknown fields are dropped now`;
}

function* definitionProblems(before: Definition, after: Definition): Generator<string> {
  const { name } = before.metadata;
  const facts = ({ spec }: Definition) => text([spec.group, spec.scope, spec.names.kind, spec.names.plural]);
  if (facts(before) !== facts(after)) yield `${name}: was ${facts(before)} and is ${facts(after)}`;
  for (const version of before.spec.versions) {
    const now = after.spec.versions.find((each) => each.name === version.name);
    if (!now) yield `${name}: version ${version.name} is gone`;
    else if (version.served && !now.served) yield `${name}: version ${version.name} is no longer served`;
    else yield* schemaProblems(version.schema?.openAPIV3Schema ?? {}, now.schema?.openAPIV3Schema ?? {}, `${name} ${version.name}`);
  }
}

/** One sentence for each change that may make a stored object invalid or lose a part of it. */
export function incompatibilities(before: readonly Definition[], after: readonly Definition[]): string[] {
  const now = new Map(after.map((definition) => [definition.metadata.name, definition]));
  return before.flatMap((definition) => {
    const later = now.get(definition.metadata.name);
    return later ? [...definitionProblems(definition, later)] : [`${definition.metadata.name}: the kind is gone`];
  });
}
