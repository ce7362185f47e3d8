// Neutron's rules about single attributes: which of them a body calls for, and the one sentence in which Neutron refuses them.
import { KumulusError } from "../../domain/errors.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { ApiRequest } from "../http/request.ts";

type Body = Readonly<Record<string, unknown>>;

/** Attributes with rules of their own, each with the value that a creation may name without being asked. */
export type Guarded = Readonly<Record<string, unknown>>;

const isAsked = (value: unknown, usual: unknown, verb: string): boolean =>
  verb === "update" ? value !== undefined : value !== undefined && value !== null && value !== usual;

/** Keys of an object, or of the objects of a list, that have a value. */
function partsOf(value: unknown): string[] {
  const objects = [value].flat().filter((each) => typeof each === "object" && each !== null) as Body[];
  return [...new Set(objects.flatMap((each) => Object.keys(each).filter((key) => each[key] !== undefined && each[key] !== null)))];
}

const all = (rules: readonly string[]) => (rules.length === 1 ? `${rules[0]}` : `(${rules.join(" and ")})`);

/** Names of the rules behind one attribute: its own, and those of its parts. */
function rulesOf(rule: string, value: unknown): { names: string[]; text: string } {
  const parts = partsOf(value).map((part) => `${rule}:${part}`);
  const own = `rule:${rule}`;
  return { names: [rule, ...parts], text: parts.length === 0 ? own : all([own, all(parts.map((part) => `rule:${part}`))]) };
}

/** Forbidden (403), in Neutron's words, unless the token fulfils the rule of the action and those of the attributes that the body names. */
export function requireAttributes(
  request: Pick<ApiRequest, "allows">,
  { verb, singular, guarded }: { verb: "create" | "update"; singular: string; guarded: Guarded },
  body: Body,
  target: PolicyTarget,
): void {
  const action = `${verb}_${singular}`;
  const asked = Object.keys(guarded).filter((name) => isAsked(body[name], guarded[name], verb));
  const attributes = asked.map((name) => rulesOf(`${action}:${name}`, body[name]));
  if ([action, ...attributes.flatMap(({ names }) => names)].every((name) => request.allows(name, target))) return;
  const text = attributes.reduce((sum, attribute) => all([sum, attribute.text]), `rule:${action}`);
  throw new KumulusError("Forbidden", `${text} is disallowed by policy`);
}

/** A body's plain values as rules compare them. */
export const asTarget = (body: Body): PolicyTarget =>
  Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : typeof value === "boolean" ? [[name, value ? "True" : "False"]] : [],
    ),
  );

/** Those of a view's fields whose rules (`get_network:NAME`) the token fulfils. */
export const allowedFields = <F extends object>(
  request: Pick<ApiRequest, "allows">,
  rule: string,
  fields: F,
  target: PolicyTarget,
): Partial<F> => Object.fromEntries(Object.entries(fields).filter(([name]) => request.allows(`${rule}:${name}`, target))) as Partial<F>;
