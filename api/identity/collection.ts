// Keystone's list answers: filters on the view's own fields, limit and marker, and the three links.
import { KumulusError } from "../../domain/errors.ts";
import { filtered } from "../http/filtering.ts";
import { limitOf, pageOf, pageURL } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";

/** `{ projects: [...], links: { self, next, previous } }`. `filters` are the query keys that compare with the field of that name. */
export function collection<V extends { id: string; name?: string }>(
  name: string,
  views: readonly V[],
  request: ApiRequest,
  filters: readonly string[],
): object {
  const sorted = [...filtered(views, request.query, filters)].sort((a, b) => (a.name ?? a.id).localeCompare(b.name ?? b.id));
  const limit = limitOf(lastValueOf(request.query, "limit"));
  const page = pageOf(sorted, { limit, marker: lastValueOf(request.query, "marker"), maxLimit: 10_000, id: ({ id }) => id });
  const next = page.next === undefined ? null : pageURL(request, page.next);
  const query = request.rawQuery ? `?${request.rawQuery}` : "";
  return { [name]: page.items, links: { next, self: `${request.url(request.path)}${query}`, previous: null } };
}

/** Keystone's words for an id that is not there. */
export function found<T>(object: T | undefined, kind: string, id: string): T {
  if (object !== undefined) return object;
  throw new KumulusError("NotFound", `Could not find ${kind}: ${id}.`);
}
