// Sort orders: `sort_key=a&sort_dir=desc` (repeatable) and `sort=a:desc,b`.
import { KumulusError } from "../../domain/errors.ts";
import { lastValueOf, valuesOf } from "./query.ts";
import type { RawQuery } from "./route.ts";

export interface SortKey {
  readonly key: string;
  readonly descending: boolean;
}

function direction(text: string, fallback: boolean): boolean {
  if (text === "") return fallback;
  if (text === "asc" || text === "desc") return text === "desc";
  throw new KumulusError("Invalid", `Unknown sort direction '${text}': it must be 'asc' or 'desc'.`);
}

/**
 * The order that a query asks for, `fallback` when it asks for none. Invalid (400) for keys outside `allowed`. `descending`: direction of keys
 * that name none (Nova and Glance sort downwards, Neutron upwards).
 */
export function sortOrder(
  query: RawQuery,
  { allowed, fallback, descending }: { allowed: readonly string[]; fallback: readonly SortKey[]; descending: boolean },
): readonly SortKey[] {
  const compact = lastValueOf(query, "sort");
  const directions = valuesOf(query, "sort_dir");
  const named =
    compact === undefined ? valuesOf(query, "sort_key").map((key, index) => [key, directions[index] ?? directions.at(-1) ?? ""]) : [];
  const pairs = compact === undefined ? named : compact.split(",").map((part) => part.split(":").map((word) => word.trim()));
  const order = pairs.map(([key = "", dir = ""]) => {
    if (!allowed.includes(key)) throw new KumulusError("Invalid", `Sort key '${key}' is not supported.`);
    return { key, descending: direction(dir, descending) };
  });
  return order.length > 0 ? order : fallback;
}

type Comparable = string | number | boolean | null | undefined;

function compare(a: Comparable, b: Comparable): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return a < b ? -1 : 1;
}

/** A sorted copy. Items that the order does not tell apart keep a stable order through `id`, so that markers work. */
export function sorted<T>(
  items: readonly T[],
  order: readonly SortKey[],
  value: (item: T, key: string) => Comparable,
  id: (item: T) => string,
): T[] {
  return [...items].sort((a, b) => {
    for (const { key, descending } of order) {
      const result = compare(value(a, key), value(b, key));
      if (result !== 0) return descending ? -result : result;
    }
    return compare(id(a), id(b));
  });
}
