// Keystone's list answers: filters on the view's own fields, limit and marker, and the three links.
import { KumulusError } from "../../domain/errors.ts";
import { filtered } from "../http/filtering.ts";
import { limitOf, pageOf, pageURL } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";

interface View {
  id: string;
  name?: string;
}

/** `name__icontains=web`: Keystone's comparisons of texts. The forms with `i` ignore case. */
const comparisons: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
  contains: (text, wanted) => text.includes(wanted),
  startswith: (text, wanted) => text.startsWith(wanted),
  endswith: (text, wanted) => text.endsWith(wanted),
  exact: (text, wanted) => text === wanted,
};

function inexact(key: string, wanted: string): { field: string; fits(text: string): boolean } | undefined {
  const [, field, ignoresCase, name] = /^(\w+?)__(i?)(contains|startswith|endswith|exact)$/.exec(key) ?? [];
  const compare = comparisons[name ?? ""];
  if (field === undefined || !compare) return undefined;
  const fits = ignoresCase ? (text: string) => compare(text.toLowerCase(), wanted.toLowerCase()) : (text: string) => compare(text, wanted);
  return { field, fits };
}

/** Views that fit all `field__comparison` keys of the query; a field that is no text fits none. */
function fitting<V extends View>(views: readonly V[], request: Pick<ApiRequest, "query">): readonly V[] {
  const tests = Object.keys(request.query).flatMap((key) => inexact(key, lastValueOf(request.query, key) ?? "") ?? []);
  if (tests.length === 0) return views;
  const fieldOf = (view: V, field: string): unknown => (view as unknown as Record<string, unknown>)[field];
  return views.filter((view) =>
    tests.every(({ field, fits }) => {
      const value = fieldOf(view, field);
      return typeof value === "string" && fits(value);
    }),
  );
}

const order = (a: View, b: View) => {
  const [left, right] = [a.name ?? a.id, b.name ?? b.id];
  return left < right ? -1 : left > right ? 1 : a.id < b.id ? -1 : 1;
};

/** `{ projects: [...], links: { self, next, previous } }`. `filters` are the query keys that compare with the field of that name. */
export function collection<V extends View>(name: string, views: readonly V[], request: ApiRequest, filters: readonly string[]): object {
  const sorted = [...fitting(filtered(views, request.query, filters), request)].sort(order);
  const limit = limitOf(lastValueOf(request.query, "limit"));
  const page = pageOf(sorted, { limit, marker: lastValueOf(request.query, "marker"), maxLimit: 100_000, id: ({ id }) => id });
  return { [name]: page.items, links: listLinks(request, page.next) };
}

/** `next`: the marker of the next page. */
export function listLinks(request: ApiRequest, next?: string) {
  const query = request.rawQuery ? `?${request.rawQuery}` : "";
  return { next: next === undefined ? null : pageURL(request, next), self: `${request.url(request.path)}${query}`, previous: null };
}

/** Keystone's words for an id that is not there. */
export function found<T>(object: T | undefined, kind: string, id: string): T {
  if (object !== undefined) return object;
  throw new KumulusError("NotFound", `Could not find ${kind}: ${id}.`);
}

/** A flag in a query: there, and not an explicit no. */
export function flag(request: Pick<ApiRequest, "query">, key: string): boolean {
  const value = lastValueOf(request.query, key);
  return value !== undefined && !["0", "false", "no", "off"].includes(value.toLowerCase());
}
