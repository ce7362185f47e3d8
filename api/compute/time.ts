// Times as Nova writes them.

/** Seconds and a Z, no fraction: 2026-01-02T03:04:05Z. */
export const isoSeconds = (text: string): string => text.replace(/\.\d+Z$/, "Z");

/** Microseconds and no zone, as Nova shows its own columns: 2026-01-02T03:04:05.000000. */
export function isoMicros(text: string): string {
  const [, whole = text, fraction = ""] = /^(.*?)(?:\.(\d+))?Z$/.exec(text) ?? [];
  return `${whole}.${fraction.slice(0, 6).padEnd(6, "0")}`;
}

/** The latest of some times; absent ones do not count. */
export const latest = (...times: readonly (string | undefined)[]): string =>
  times.reduce<string>((last, time) => (time !== undefined && Date.parse(time) > Date.parse(last || "1970-01-01") ? time : last), "");
