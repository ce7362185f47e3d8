// The self-test's client: what it asks for before it sends anything.
import assert from "node:assert/strict";
import { OpenStack } from "./openstack.ts";
import { selftest } from "./selftest.ts";

describe("kumulus selftest", () => {
  it("names the variable that is missing", () =>
    assert.rejects(OpenStack.login({ OS_USERNAME: "u", OS_PASSWORD: "p" }), /OS_PROJECT_NAME is not set/));

  it("refuses a time that is none", () => assert.rejects(selftest(["--timeout", "soon"], {}), /--timeout soon/));

  it("says where nobody answers a login", () =>
    assert.rejects(
      OpenStack.login({ OS_AUTH_URL: "http://127.0.0.1:1", OS_USERNAME: "u", OS_PASSWORD: "p", OS_PROJECT_NAME: "x" }),
      TypeError,
    ));
});
