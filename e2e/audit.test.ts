// The reader of the audit log: what it takes for used, for unused, for too wide and for refused.
import assert from "node:assert/strict";
import type { Atom } from "../hack/generate/rights.ts";
import { type Asked, askedOf, judge } from "./audit.ts";

const user = { username: "system:serviceaccount:kumulus-system:kumulus-api" };
const secrets = { resource: "secrets", namespace: "kumulus-system", name: "a" };
const allow = { "authorization.k8s.io/decision": "allow" };

const atom = (verb: string, resource: string, more: Partial<Atom> = {}): Atom => ({
  group: "",
  resource,
  verb,
  system: false,
  name: undefined,
  unasked: undefined,
  ...more,
});

describe("the audit log's reader", () => {
  const asked = (verb: string, code: number, objectRef = secrets, annotations: Record<string, string> = allow, message = ""): Asked =>
    askedOf({ verb, user, objectRef, responseStatus: { code, message }, annotations });

  it("counts a right as used by an answer of any kind but a refusal", () => {
    const atoms = [atom("get", "secrets", { system: true })];
    assert.deepEqual(judge([asked("get", 404)], atoms), { unused: [], tooWide: [], refused: [] });
    const forbidden = asked("get", 403, secrets, { "authorization.k8s.io/decision": "forbid" });
    assert.deepEqual(judge([forbidden], atoms), { unused: ["get secrets in kumulus-system"], tooWide: [], refused: ["get secrets"] });
  });

  it("sees the creation in an apply, whether it was let through or not", () => {
    assert.deepEqual(judge([asked("patch", 201)], [atom("create", "secrets", { system: true })]).unused, []);
    const message = `secrets "a" is forbidden: User "${user.username}" cannot create resource "secrets" in API group "" in the namespace "b"`;
    assert.deepEqual(judge([asked("patch", 403, secrets, allow, message)], []).refused, ["patch secrets"]);
  });

  it("does not take an admission's refusal for one of rights", () => {
    const message = 'admission webhook "validate.kumulus.cloud" denied the request: Quota exceeded for resources: cores';
    assert.deepEqual(judge([asked("create", 403, secrets, allow, message)], []).refused, []);
  });

  it("names what is granted everywhere and used in the system namespace alone, and other names than those that were granted", () => {
    assert.deepEqual(judge([asked("get", 200)], [atom("get", "secrets")]).tooWide, ["get secrets"]);
    const named = [atom("get", "secrets", { system: true, name: "b" })];
    assert.deepEqual(judge([asked("get", 200)], named).unused, ["get secrets in kumulus-system"]);
  });

  it("asks no use of what is needed without a request", () => {
    assert.deepEqual(judge([], [atom("get", "pods", { unasked: "granted by Roles" })]).unused, []);
  });
});
