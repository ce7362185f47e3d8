// A query string as a record: a key that comes more than once is an array.
import { KumulusError } from "../../domain/errors.ts";
import type { RawQuery } from "./route.ts";

export const emptyQuery: RawQuery = Object.freeze({});

export function parseQuery(text: string): RawQuery {
  if (text === "") return emptyQuery;
  const query: Record<string, string | string[]> = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) {
    const known = query[key];
    query[key] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
  }
  return query;
}

const yes = new Set(["true", "1", "t", "y", "yes", "on"]);
const no = new Set(["false", "0", "f", "n", "no", "off"]);

/** OpenStack's booleans (oslo.utils): "True", "1", "yes" …; undefined stays. Invalid (400) for other words. */
export function booleanOf(value: string | undefined, field = "value"): boolean | undefined {
  if (value === undefined) return undefined;
  const word = value.trim().toLowerCase();
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  throw new KumulusError("Invalid", `Unrecognized value '${value}' for ${field}: it must be a boolean.`);
}

/** All values of a key: none, one or many. */
export function valuesOf(query: RawQuery, key: string): readonly string[] {
  const value = query[key];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** The last value of a key, as OpenStack reads a repeated one. */
export const lastValueOf = (query: RawQuery, key: string): string | undefined => valuesOf(query, key).at(-1);
