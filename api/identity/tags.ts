// Keystone's tags: their schema, and the four filters of lists.
import { Type } from "typebox";
import { valuesOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";

export const tag = Type.String({ minLength: 1, maxLength: 255, pattern: "^[^,/]*$" });
/** At most as many as Keystone keeps. */
export const tagList = Type.Array(tag, { maxItems: 80, uniqueItems: true });
export const tags = Type.Optional(tagList);

const words = (request: Pick<ApiRequest, "query">, key: string) => valuesOf(request.query, key).flatMap((value) => value.split(","));

/** `tags` (all of them), `tags-any`, `not-tags` (not all of them) and `not-tags-any`. */
export function withTags<V extends { tags: readonly string[] }>(views: readonly V[], request: Pick<ApiRequest, "query">): readonly V[] {
  const [all, any, notAll, notAny] = ["tags", "tags-any", "not-tags", "not-tags-any"].map((key) => words(request, key));
  const has = (view: V) => (word: string) => view.tags.includes(word);
  return views.filter(
    (view) =>
      (all ?? []).every(has(view)) &&
      (!any?.length || any.some(has(view))) &&
      (!notAll?.length || !notAll.every(has(view))) &&
      !(notAny ?? []).some(has(view)),
  );
}
