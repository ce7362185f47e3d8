// Absolute URLs in answers follow the address that the client used (Host, or X-Forwarded-* from a proxy), never a configured one.
import type { IncomingHttpHeaders } from "node:http";

const hostPattern = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const prefixPattern = /^(?:\/[\w.~-]+)+$/;

function first(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text?.split(",")[0]?.trim();
}

/** "http://cloud:8000", with a proxy's path prefix if it names one. Malformed values are ignored; `fallback` is a host for clients that send none. */
export function originOf(headers: IncomingHttpHeaders, encrypted: boolean, fallback: string): string {
  const forwarded = first(headers["x-forwarded-host"]);
  const named = forwarded && hostPattern.test(forwarded) ? forwarded : headers.host;
  const host = named && hostPattern.test(named) ? named : fallback;
  const proto = first(headers["x-forwarded-proto"])?.toLowerCase();
  const scheme = proto === "http" || proto === "https" ? proto : encrypted ? "https" : "http";
  const prefix = first(headers["x-forwarded-prefix"])?.replace(/\/+$/, "");
  return `${scheme}://${host}${prefix && prefixPattern.test(prefix) ? prefix : ""}`;
}
