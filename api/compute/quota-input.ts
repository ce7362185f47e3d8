// New limits as clients write them to Nova: numbers or digits, by Nova's words. Pure.
import { Type } from "typebox";
import type { LimitKey } from "../../domain/quota.ts";
import type { NewLimits } from "../project-limits.ts";

/** -1 is no limit. */
export const NewLimit = Type.Optional(
  Type.Union([Type.Integer({ minimum: -1, maximum: 0x7fffffff }), Type.String({ pattern: "^(-1|[0-9]{1,9})$" })]),
);

/** What a body that has passed its schema asks for; what is no limit in it is left out. */
export function newLimits(body: Readonly<Record<string, unknown>>, words: Readonly<Record<string, LimitKey>>): NewLimits {
  const entries = Object.entries(body).flatMap(([word, value]) => {
    const key = words[word];
    return key === undefined ? [] : [[key, Number(value)] as const];
  });
  return Object.fromEntries(entries);
}
