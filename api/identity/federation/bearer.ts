// The bearer token of a request (RFC 6750, section 2.1).
import type { ApiRequest } from "../../http/request.ts";
import { unauthorized } from "../tokens.ts";

/** Unauthorized (401) without one, or for one that is longer than any real one. */
export function bearerOf({ headers: { authorization = "" } }: Pick<ApiRequest, "headers">): string {
  const bearer = /^Bearer +(\S{1,16384})$/i.exec(authorization)?.[1];
  if (bearer === undefined) throw unauthorized();
  return bearer;
}
