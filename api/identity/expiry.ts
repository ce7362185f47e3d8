// Times at which things end by themselves, as Keystone reads and writes them: UTC, with microseconds.
import { KumulusError } from "../../domain/errors.ts";

const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/** RFC 3339 in UTC with microseconds; undefined for none. Invalid (400) for what is no time, or is past. */
export function readExpiry(text: string | null | undefined, now: number): string | undefined {
  if (text === undefined || text === null) return undefined;
  const [, day = "", minutes = "", seconds = ":00", fraction = "", zone = "Z"] = form.exec(text) ?? [];
  const time = Date.parse(`${day}T${minutes}${seconds}${zone}`);
  if (Number.isNaN(time)) throw new KumulusError("Invalid", "The 'expires_at' must be a time in ISO 8601 format.");
  const micros = fraction.slice(0, 6).padEnd(6, "0");
  if (time + Number(micros) / 1000 <= now) throw new KumulusError("Invalid", "The 'expires_at' must not be before now.");
  return `${new Date(time).toISOString().slice(0, 19)}.${micros}Z`;
}

/** With a Z or without: Keystone's resources differ in it. Times that people wrote with kubectl may have any precision. */
export function viewExpiry(time: string | undefined, end: "Z" | ""): string | null {
  if (time === undefined) return null;
  const [, fraction = ""] = /\.(\d+)/.exec(time) ?? [];
  return `${new Date(time).toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, "0")}${end}`;
}
