// What federation mappings are made of (Keystone, "Mapping Combinations"), and the check of a mapping somebody sends.
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";

const text = Type.String({ minLength: 1, maxLength: 255 });
const texts = Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 1000 });
const domain = Type.Object({ id: Type.Optional(text), name: Type.Optional(text) }, { additionalProperties: false });
const closed = { additionalProperties: false };

const user = Type.Object(
  {
    id: Type.Optional(text),
    name: Type.Optional(text),
    email: Type.Optional(text),
    domain: Type.Optional(domain),
    type: Type.Optional(Type.Union([Type.Literal("ephemeral"), Type.Literal("local")])),
  },
  closed,
);
const group = Type.Object({ id: Type.Optional(text), name: Type.Optional(text), domain: Type.Optional(domain) }, closed);
const project = Type.Object(
  { name: text, roles: Type.Array(Type.Object({ name: text }, closed), { minItems: 1, maxItems: 100 }), domain: Type.Optional(domain) },
  closed,
);

const local = Type.Object(
  {
    user: Type.Optional(user),
    group: Type.Optional(group),
    groups: Type.Optional(text),
    group_ids: Type.Optional(text),
    domain: Type.Optional(domain),
    projects: Type.Optional(Type.Array(project, { minItems: 1, maxItems: 100 })),
  },
  { ...closed, minProperties: 1 },
);

const remote = Type.Object(
  {
    type: text,
    any_one_of: Type.Optional(texts),
    not_any_of: Type.Optional(texts),
    whitelist: Type.Optional(texts),
    blacklist: Type.Optional(texts),
    regex: Type.Optional(Type.Boolean()),
  },
  closed,
);

export const mappingRules = Type.Array(
  Type.Object(
    { local: Type.Array(local, { minItems: 1, maxItems: 100 }), remote: Type.Array(remote, { minItems: 1, maxItems: 100 }) },
    closed,
  ),
  { minItems: 1, maxItems: 1000 },
);

export type MappingRule = Static<typeof mappingRules>[number];
export type LocalPart = Static<typeof local>;
export type RemotePart = Static<typeof remote>;

const conditions = ["any_one_of", "not_any_of", "whitelist", "blacklist"] as const;
const highest = (part: unknown) => Math.max(-1, ...[...JSON.stringify(part).matchAll(/\{(\d+)\}/g)].map(([, digits]) => Number(digits)));

/** Whether a remote part hands its values on to `{0}`, `{1}`, …; parts that only ask do not count. */
export const handsOn = (part: RemotePart): boolean => part.any_one_of === undefined && part.not_any_of === undefined;

function ruleProblem(rule: MappingRule): string | undefined {
  for (const part of rule.remote) {
    if (conditions.filter((name) => part[name] !== undefined).length > 1) return `remote ${part.type} has more than one condition`;
    if (!part.regex) continue;
    for (const pattern of conditions.flatMap((name) => part[name] ?? [])) {
      try {
        new RegExp(pattern);
      } catch {
        return `remote ${part.type}: "${pattern}" is no regular expression`;
      }
    }
  }
  const given = rule.remote.filter(handsOn).length;
  if (highest(rule.local) >= given) return `local names {${highest(rule.local)}}, and its remote parts hand on ${given} values`;
  for (const { groups, domain: of, group: one } of rule.local) {
    if (groups !== undefined && !of) return "local groups need a domain";
    if (one && one.id === undefined && (one.name === undefined || !one.domain)) return "a local group needs an id, or a name and a domain";
  }
  return undefined;
}

/** The rules, or what is wrong with them. */
export function readRules(value: unknown): { rules: MappingRule[] } | { problem: string } {
  if (!Value.Check(mappingRules, value)) {
    const [first] = Value.Errors(mappingRules, value);
    return { problem: `rules${first?.instancePath ?? ""}: ${first?.message ?? "they can not be read"}` };
  }
  for (const [index, rule] of value.entries()) {
    const problem = ruleProblem(rule);
    if (problem) return { problem: `rule ${index}: ${problem}` };
  }
  return { rules: value };
}
