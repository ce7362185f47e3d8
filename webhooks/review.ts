// AdmissionReview of admission.k8s.io/v1 as far as it is used here: what is asked and how it is answered.
import type { KumulusError } from "../domain/errors.ts";
import type { KubeObject } from "../models/kind.ts";

export interface AdmissionRequest {
  uid: string;
  kind: { group: string; version: string; kind: string };
  name?: string;
  namespace?: string;
  operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  userInfo: { username?: string; groups?: string[] };
  object: KubeObject | null;
  oldObject: KubeObject | null;
  dryRun?: boolean;
}

/** The request inside a review, undefined when the body is none. */
export function requestOf(body: unknown): AdmissionRequest | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { request } = body as { request?: AdmissionRequest };
  return typeof request?.uid === "string" && typeof request.operation === "string" && typeof request.kind?.kind === "string"
    ? request
    : undefined;
}

/** Status reasons of the API server for the codes that we answer with. */
const statusReasons: Record<number, string> = {
  400: "BadRequest",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  413: "RequestEntityTooLarge",
  503: "ServiceUnavailable",
};

/**
 * The answer. The API server hands `status` on to its client: `message` with a preamble, `code` as it is, and in the first cause the service's own
 * name of the error. Over-quota answers carry 403, as the API server's own ResourceQuota does.
 */
export function reviewOf(uid: string, error: KumulusError | undefined): object {
  const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" };
  if (!error) return { ...review, response: { uid, allowed: true } };
  const code = error.code === "OverQuota" ? 403 : error.status;
  const causes = error.reason === undefined ? [] : [{ reason: error.reason, message: error.message }];
  const status = { status: "Failure", code, reason: statusReasons[code] ?? "BadRequest", message: error.message, details: { causes } };
  return { ...review, response: { uid, allowed: false, status } };
}
