// GET /v2/images: Glance's filters, sort orders and pages.
import { KumulusError } from "../../domain/errors.ts";
import type { Auth } from "../http/auth.ts";
import { limitOf, pageOf } from "../http/paging.ts";
import { booleanOf, lastValueOf, valuesOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { RawQuery } from "../http/route.ts";
import { sorted, sortOrder } from "../http/sorting.ts";
import type { ImageView } from "./views.ts";

const sortKeys = ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at", "min_disk", "min_ram"];
const defaultPage = 25;
/** Query keys that are not filters on a field of the same name. */
const controls = new Set([
  "limit",
  "marker",
  "sort",
  "sort_key",
  "sort_dir",
  "tag",
  "size_min",
  "size_max",
  "member_status",
  "visibility",
  "os_hidden",
]);
const timeOperators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
};

/** `a,"b, with comma"` as two values. */
function inValues(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|([^,]+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

function timeFits(field: string, text: string, key: string): boolean {
  const [, operator = "eq", value = ""] = /^(?:(gte?|lte?|n?eq):)?(.*)$/.exec(text) ?? [];
  const wanted = Date.parse(value);
  if (Number.isNaN(wanted)) throw new KumulusError("Invalid", `Invalid time in filter ${key}: '${text}'.`);
  return timeOperators[operator]?.(Date.parse(field), wanted) ?? false;
}

function fieldFits(view: ImageView, key: string, text: string): boolean {
  const field = (view as Record<string, unknown>)[key];
  if (key === "created_at" || key === "updated_at") return timeFits(String(field), text, key);
  if (typeof field === "boolean") return booleanOf(text, key) === field;
  const wanted = text.startsWith("in:") ? inValues(text.slice(3)) : [text];
  return field !== null && field !== undefined && wanted.includes(String(field));
}

function boundOf(query: RawQuery, key: string): number | undefined {
  const text = lastValueOf(query, key);
  if (text === undefined) return undefined;
  if (!/^\d{1,18}$/.test(text))
    throw new KumulusError("Invalid", `Invalid value '${text}' for ${key}: it must be an integer that is not negative.`);
  return Number(text);
}

/** Community images of others are listed only for those who ask for them (and the owner). */
function visibilityFits(view: ImageView, query: RawQuery, auth: Auth): boolean {
  const wanted = lastValueOf(query, "visibility");
  if (wanted !== undefined && wanted !== "all") return view.visibility === wanted;
  return wanted === "all" || view.visibility !== "community" || view.owner === auth.project?.id;
}

function fits(view: ImageView, query: RawQuery, auth: Auth): boolean {
  const [min = 0, max = Number.POSITIVE_INFINITY] = [boundOf(query, "size_min"), boundOf(query, "size_max")];
  const hidden = booleanOf(lastValueOf(query, "os_hidden"), "os_hidden") ?? false;
  if (view.os_hidden !== hidden || !visibilityFits(view, query, auth)) return false;
  if ((min > 0 || Number.isFinite(max)) && (view.size === null || view.size < min || view.size > max)) return false;
  if (!valuesOf(query, "tag").every((tag) => view.tags.includes(tag))) return false;
  return Object.keys(query).every((key) => controls.has(key) || fieldFits(view, key, lastValueOf(query, key) ?? ""));
}

/** Glance's links are paths, not URLs. */
function linkOf(rawQuery: string, marker: string | undefined): string {
  const parameters = new URLSearchParams(rawQuery);
  parameters.delete("marker");
  if (marker !== undefined) parameters.set("marker", marker);
  const text = parameters.toString();
  return `/v2/images${text ? `?${text}` : ""}`;
}

function checkQuery(query: RawQuery): void {
  const status = lastValueOf(query, "member_status");
  if (status !== undefined && !["pending", "accepted", "rejected", "all"].includes(status)) {
    throw new KumulusError("Invalid", `Invalid status for member_status: '${status}'.`);
  }
  const visibility = lastValueOf(query, "visibility");
  if (visibility !== undefined && !["public", "private", "shared", "community", "all"].includes(visibility)) {
    throw new KumulusError("Invalid", `Invalid visibility value: '${visibility}'.`);
  }
}

/** The body of the answer. */
export function listImages(
  views: readonly ImageView[],
  { query, rawQuery, auth }: Pick<ApiRequest, "query" | "rawQuery" | "auth">,
): object {
  checkQuery(query);
  const newestFirst = [
    { key: "created_at", descending: true },
    { key: "id", descending: true },
  ];
  const order = sortOrder(query, { allowed: sortKeys, fallback: newestFirst, descending: true });
  const shown = sorted(
    views.filter((view) => fits(view, query, auth)),
    order,
    (view, key) => (view as Record<string, unknown>)[key] as string | number | null,
    ({ id }) => id,
  );
  const limit = limitOf(lastValueOf(query, "limit")) ?? defaultPage;
  const page = pageOf(shown, { limit, marker: lastValueOf(query, "marker"), id: ({ id }) => id });
  return {
    images: page.items,
    first: linkOf(rawQuery, undefined),
    ...(page.next !== undefined && { next: linkOf(rawQuery, page.next) }),
    schema: "/v2/schemas/images",
  };
}
