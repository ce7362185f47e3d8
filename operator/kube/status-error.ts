// What the API server's refusals mean: Status objects and network failures become KumulusErrors.
import { type ErrorCode, KumulusError } from "../../domain/errors.ts";

interface Status {
  message?: string;
  reason?: string;
  details?: { causes?: { reason?: string; message?: string; field?: string }[]; retryAfterSeconds?: number };
}

const codes: Record<number, ErrorCode> = {
  400: "Invalid",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "NotImplemented",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Conflict",
  413: "TooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  501: "NotImplemented",
};

const webhookDenial = /^admission webhook "[^"]*" denied the request(?:: |$)/;
const quotaDenial = /exceeded quota: /;
/** A namespace is so new that its objects have not been counted yet: a moment later the same write goes through. */
const quotaPending = /status unknown for quota/;

function asStatus(body: unknown): Status {
  if (typeof body === "object" && body !== null) return body as Status;
  return typeof body === "string" && body !== "" ? { message: body.trim().slice(0, 500) } : {};
}

function codeOf(status: number, message: string, cause: string | undefined): ErrorCode {
  if ((status === 403 && quotaDenial.test(message)) || cause === "OverQuota") return "OverQuota";
  if (status === 403 && quotaPending.test(message)) return "Unavailable";
  return codes[status] ?? (status >= 500 || status === 429 ? "Unavailable" : "Invalid");
}

/**
 * A webhook's own sentence is passed on without the API server's preamble. `reason` is the first cause's reason where there is one (a webhook's
 * own name of the error, `NamespaceTerminating`), else the Status reason.
 */
export function errorOfStatus(status: number, body: unknown, what: string): KumulusError {
  const answer = asStatus(body);
  const message = (answer.message ?? `${what} answered ${status}`).replace(webhookDenial, "");
  const cause = answer.details?.causes?.find((entry) => entry.reason !== undefined);
  const code = codeOf(status, message, cause?.reason);
  const reason = code === "OverQuota" ? "OverQuota" : (cause?.reason ?? answer.reason);
  return new KumulusError(code, message === "" ? `${what} was refused` : message, reason === undefined ? {} : { reason });
}

/** The request did not get an answer. */
export function errorOfNetwork(error: unknown, what: string): KumulusError {
  const detail = error instanceof Error ? error.message || error.name : String(error);
  return new KumulusError("Unavailable", `The Kubernetes API server can not be reached (${what}: ${detail})`, { cause: error });
}
