// limit and marker: cuts a sorted list into pages, and makes the links between them.
import { KumulusError } from "../../domain/errors.ts";
import type { ApiRequest } from "./request.ts";

export interface PageOptions<T> {
  /** Undefined: as many as `maxLimit`. */
  limit: number | undefined;
  /** Id of the last item of the page before. */
  marker: string | undefined;
  /** Largest page; 1000 unless said. */
  maxLimit?: number;
  id(item: T): string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Marker of the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** A text limit as a number. Invalid (400) unless it is an integer ≥ 0. */
export function limitOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new KumulusError("Invalid", `Invalid value '${text}' for limit: it must be an integer that is not negative.`);
}

/** Invalid (400) for a marker that is not in the list. A limit of 0 gives an empty page, as Nova does. */
export function pageOf<T>(sorted: readonly T[], { limit, marker, maxLimit = 1000, id }: PageOptions<T>): Page<T> {
  const size = Math.min(limit ?? maxLimit, maxLimit);
  const at = marker === undefined ? -1 : sorted.findIndex((item) => id(item) === marker);
  if (marker !== undefined && at < 0) throw new KumulusError("Invalid", `marker [${marker}] not found`);
  const items = sorted.slice(at + 1, at + 1 + size);
  const last = items.at(-1);
  return { items, next: last !== undefined && at + 1 + size < sorted.length ? id(last) : undefined };
}

/** The request's own URL with the marker (undefined: none) exchanged and everything else kept. */
export function pageURL(request: Pick<ApiRequest, "url" | "path" | "rawQuery">, marker: string | undefined): string {
  const query = new URLSearchParams(request.rawQuery);
  query.delete("marker");
  if (marker !== undefined) query.set("marker", marker);
  const text = query.toString();
  return `${request.url(request.path)}${text ? `?${text}` : ""}`;
}

/** `servers_links`-style links of Nova, Neutron and Cinder: only a next page has one. Spread it into the body. */
export function pageLinks(request: Pick<ApiRequest, "url" | "path" | "rawQuery">, collection: string, { next }: Page<unknown>): object {
  return next === undefined ? {} : { [`${collection}_links`]: [{ rel: "next", href: pageURL(request, next) }] };
}
