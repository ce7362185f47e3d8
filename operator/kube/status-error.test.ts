// Refusals of the API server by kind.
import assert from "node:assert/strict";
import { errorOfStatus } from "./status-error.ts";

const quota =
  'ports.network.kumulus.cloud "p" is forbidden: exceeded quota: kumulus, requested: count/ports=1, used: count/ports=1, limited: count/ports=1';
const webhook = (message: string, more: object = {}) => ({
  message: `admission webhook "v.kumulus.cloud" denied the request: ${message}`,
  ...more,
});

const cases: [string, number, unknown, { code: string; reason?: string | undefined; message?: string }][] = [
  ["a missing object", 404, { reason: "NotFound", message: 'ports "p" not found' }, { code: "NotFound", reason: "NotFound" }],
  ["a taken name", 409, { reason: "AlreadyExists", message: "exists" }, { code: "Conflict", reason: "AlreadyExists" }],
  ["a newer object", 409, { reason: "Conflict", message: "modified" }, { code: "Conflict", reason: "Conflict" }],
  ["an invalid field", 422, { reason: "Invalid", message: "spec: bad" }, { code: "Invalid", message: "spec: bad" }],
  ["a full quota", 403, { reason: "Forbidden", message: quota }, { code: "OverQuota" }],
  ["missing rights", 403, { reason: "Forbidden", message: "User can not" }, { code: "Forbidden" }],
  [
    "a webhook's sentence",
    403,
    webhook("the subnet overlaps", { reason: "Overlap" }),
    { code: "Forbidden", reason: "Overlap", message: "the subnet overlaps" },
  ],
  ["a webhook's conflict", 409, webhook("in use", { reason: "Conflict" }), { code: "Conflict", message: "in use" }],
  [
    "a webhook's own name of the error",
    400,
    webhook("no", { reason: "BadRequest", details: { causes: [{ message: "x" }, { reason: "InvalidCIDR" }] } }),
    { code: "Invalid", reason: "InvalidCIDR" },
  ],
  [
    "a webhook without a sentence",
    403,
    { message: 'admission webhook "v" denied the request' },
    { code: "Forbidden", message: "POST /x was refused" },
  ],
  ["an overloaded server", 429, {}, { code: "Unavailable" }],
  ["a broken server", 500, "oops", { code: "Unavailable", message: "oops" }],
  [
    "a namespace that is going",
    403,
    { reason: "Forbidden", message: "m", details: { causes: [{ reason: "NamespaceTerminating" }] } },
    { code: "Forbidden", reason: "NamespaceTerminating" },
  ],
  ["something new", 418, undefined, { code: "Invalid", message: "POST /x answered 418" }],
];

describe("errorOfStatus", () => {
  for (const [what, status, body, expected] of cases) {
    it(`tells ${what}`, () => {
      const error = errorOfStatus(status, body, "POST /x");
      for (const [field, value] of Object.entries(expected)) assert.equal(error[field as "code" | "reason" | "message"], value);
    });
  }
});
