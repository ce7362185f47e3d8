// Microversion negotiation (OpenStack API-WG "Microversion Specification"): from the request's headers to a minor number, and the echo.
import type { IncomingHttpHeaders } from "node:http";
import { KumulusError } from "../../domain/errors.ts";

/** What a service speaks. Versions are `major`.`minor`; only minors differ. */
export interface MicroversionRange {
  /** Service type in `OpenStack-API-Version: compute 2.47`. */
  readonly service: string;
  readonly major: number;
  readonly min: number;
  readonly max: number;
  /** Older header that carries the bare version, in lower case: "x-openstack-nova-api-version". */
  readonly legacyHeader?: string;
}

const header = "openstack-api-version";

/** The version that the client asks for; undefined when it names none for this service. The newer header wins. */
function asked(range: MicroversionRange, headers: IncomingHttpHeaders): string | undefined {
  const value = headers[header];
  for (const entry of typeof value === "string" ? value.split(",") : []) {
    const [service, version] = entry.trim().split(/\s+/);
    if (service?.toLowerCase() === range.service && version !== undefined) return version;
  }
  const legacy = range.legacyHeader && headers[range.legacyHeader];
  return typeof legacy === "string" ? legacy.trim() : undefined;
}

export const versionText = (range: MicroversionRange, minor: number) => `${range.major}.${minor}`;

/** The minor to serve: the oldest when none is asked for. Invalid (400) for a malformed version, NotAcceptable (406) outside the range. */
export function negotiate(range: MicroversionRange, headers: IncomingHttpHeaders): number {
  const version = asked(range, headers);
  if (version === undefined) return range.min;
  if (version === "latest") return range.max;
  const match = /^([1-9]\d*)\.(0|[1-9]\d*)$/.exec(version);
  if (!match) {
    throw new KumulusError("Invalid", `API Version String ${version} is of invalid format. Must be of format MajorNum.MinorNum.`);
  }
  const minor = Number(match[2]);
  if (Number(match[1]) === range.major && minor >= range.min && minor <= range.max) return minor;
  const limits = `Minimum is ${versionText(range, range.min)} and maximum is ${versionText(range, range.max)}.`;
  throw new KumulusError("NotAcceptable", `Version ${version} is not supported by the API. ${limits}`);
}

/** Headers that tell which version was served, and that answers differ by it. */
export function echoHeaders(range: MicroversionRange, minor: number): Record<string, string> {
  const version = versionText(range, minor);
  const echo: Record<string, string> = { "OpenStack-API-Version": `${range.service} ${version}`, Vary: "OpenStack-API-Version" };
  if (!range.legacyHeader) return echo;
  const name = range.legacyHeader === "x-openstack-nova-api-version" ? "X-OpenStack-Nova-API-Version" : range.legacyHeader;
  return { ...echo, [name]: version, Vary: `OpenStack-API-Version, ${name}` };
}
