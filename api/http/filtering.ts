// Filters on views and the choice of their fields, as Neutron does for every attribute and others for some.
import { valuesOf } from "./query.ts";
import type { RawQuery } from "./route.ts";

type View = Readonly<Record<string, unknown>>;

function matches(field: unknown, wanted: readonly string[]): boolean {
  if (typeof field === "boolean") return wanted.some((text) => text.toLowerCase() === String(field) || text === (field ? "1" : "0"));
  if (field === null || field === undefined) return wanted.includes("") || wanted.includes("None");
  if (Array.isArray(field)) return wanted.some((text) => field.includes(text));
  return wanted.includes(String(field));
}

/** Views whose fields named in `keys` have one of the values that the query gives. Keys that the query does not name do not filter. */
export function filtered<V extends object>(views: readonly V[], query: RawQuery, keys: readonly string[]): readonly V[] {
  const asked = keys.filter((key) => query[key] !== undefined).map((key) => [key, valuesOf(query, key)] as const);
  if (asked.length === 0) return views;
  return views.filter((view) => asked.every(([key, wanted]) => matches((view as View)[key], wanted)));
}

/** `fields=id&fields=name`: only these. Unknown ones are ignored; none asked for means all. */
export function withFields<V extends object>(view: V, query: RawQuery): Partial<V> {
  const fields = valuesOf(query, "fields").filter((field) => field !== "");
  if (fields.length === 0) return view;
  return Object.fromEntries(Object.entries(view).filter(([key]) => fields.includes(key))) as Partial<V>;
}
