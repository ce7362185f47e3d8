// How each service words an error on the wire: the one place that turns KumulusErrors into fault envelopes.
import { STATUS_CODES } from "node:http";
import { KumulusError } from "../../domain/errors.ts";

export interface Fault {
  readonly status: number;
  /** Safe for users. */
  readonly message: string;
  /** A service's own name of the error, such as Neutron's `IpAddressInUse`. */
  readonly reason?: string;
}

export interface FaultFormat {
  /** `accept` is the request's Accept header. */
  render(fault: Fault, accept: string | undefined): { contentType: string; body: string };
  /** Sentence of a refusal by policy. */
  forbidden(rule: string): string;
  /** Status of an exceeded quota. */
  readonly overQuotaStatus: number;
}

const title = (status: number) => STATUS_CODES[status] ?? "Error";
const json = (value: unknown) => ({ contentType: "application/json", body: JSON.stringify(value) });

const novaNames: Readonly<Record<number, string>> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  429: "overLimit",
  501: "notImplemented",
  503: "serviceUnavailable",
};

/** `{"itemNotFound": {"code": 404, "message": …}}` (Compute API guide, "Faults"). */
export const novaFaults: FaultFormat = {
  render: ({ status, message }) => json({ [novaNames[status] ?? "computeFault"]: { code: status, message } }),
  forbidden: (rule) => `Policy doesn't allow ${rule} to be performed.`,
  overQuotaStatus: 403,
};

export const cinderFaults: FaultFormat = { ...novaFaults, overQuotaStatus: 413 };

const neutronTypes: Readonly<Record<number, string>> = {
  400: "HTTPBadRequest",
  403: "PolicyNotAuthorized",
  404: "HTTPNotFound",
  405: "HTTPMethodNotAllowed",
  409: "HTTPConflict",
  413: "HTTPRequestEntityTooLarge",
  415: "HTTPUnsupportedMediaType",
  500: "HTTPInternalServerError",
  501: "HTTPNotImplemented",
  503: "HTTPServiceUnavailable",
};

/** `{"NeutronError": {"type": "NetworkNotFound", "message": …, "detail": ""}}`. */
export const neutronFaults: FaultFormat = {
  render: ({ status, message, reason }) =>
    json({ NeutronError: { type: reason ?? neutronTypes[status] ?? "HTTPError", message, detail: "" } }),
  forbidden: (rule) => `${rule.startsWith("(") ? rule : `rule:${rule}`} is disallowed by policy`,
  overQuotaStatus: 409,
};

/** `{"error": {"code": 404, "title": "Not Found", "message": …}}`. */
export const keystoneFaults: FaultFormat = {
  render: ({ status, message }) => json({ error: { code: status, message, title: title(status) } }),
  forbidden: (rule) => `You are not authorized to perform the requested action: ${rule}.`,
  overQuotaStatus: 403,
};

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter);

/**
 * Glance answers HTML unless the client asks for JSON alone; python-glanceclient relies on that (its JSON path expects another shape), and
 * openstacksdk asks for JSON.
 */
export const glanceFaults: FaultFormat = {
  render({ status, message }, accept) {
    const line = `${status} ${title(status)}`;
    if (accept?.includes("json") && !accept.includes("html") && !accept.includes("*/*")) {
      return json({ message, code: line, title: title(status) });
    }
    const body = `<html>\n <head>\n  <title>${line}</title>\n </head>\n <body>\n  <h1>${line}</h1>\n  ${escaped(message)}<br /><br />\n </body>\n</html>`;
    return { contentType: "text/html; charset=UTF-8", body };
  },
  forbidden: (rule) => `You are not authorized to complete ${rule} action.`,
  overQuotaStatus: 413,
};

/** What the client is told about `error`; undefined for a bug, which only the log may describe. */
export function faultOf(error: unknown, format: FaultFormat): Fault | undefined {
  if (!(error instanceof KumulusError)) return undefined;
  const status = error.code === "OverQuota" && error.status === 413 ? format.overQuotaStatus : error.status;
  return { status, message: error.message, ...(error.reason === undefined ? {} : { reason: error.reason }) };
}
