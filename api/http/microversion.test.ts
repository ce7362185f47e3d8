// Microversion negotiation: what is asked for in which header, and what is served or refused.
import assert from "node:assert/strict";
import type { KumulusError } from "../../domain/errors.ts";
import { echoHeaders, type MicroversionRange, negotiate } from "./microversion.ts";

const nova: MicroversionRange = { service: "compute", major: 2, min: 1, max: 90, legacyHeader: "x-openstack-nova-api-version" };
const cinder: MicroversionRange = { service: "volume", major: 3, min: 0, max: 60 };

describe("microversions", () => {
  const cases: [why: string, range: MicroversionRange, headers: Record<string, string>, expected: number][] = [
    ["none asked for: the oldest", nova, {}, 1],
    ["Nova's own header", nova, { "x-openstack-nova-api-version": "2.47" }, 47],
    ["the common header", nova, { "openstack-api-version": "compute 2.60" }, 60],
    ["the common header wins", nova, { "openstack-api-version": "compute 2.60", "x-openstack-nova-api-version": "2.47" }, 60],
    ["several services in one header", nova, { "openstack-api-version": "volume 3.50, compute 2.61" }, 61],
    ["another service's version is not ours", nova, { "openstack-api-version": "volume 3.50" }, 1],
    ["latest", nova, { "openstack-api-version": "compute latest" }, 90],
    ["3.0 is a version", cinder, { "openstack-api-version": "volume 3.0" }, 0],
    ["Cinder does not know Nova's header", cinder, { "x-openstack-nova-api-version": "2.47" }, 0],
  ];
  for (const [why, range, headers, expected] of cases) {
    it(why, () => assert.equal(negotiate(range, headers), expected));
  }

  const refused: [version: string, status: number][] = [
    ["2.91", 406],
    ["2.0", 406],
    ["3.1", 406],
    ["2", 400],
    ["2.01", 400],
    ["two.one", 400],
    ["2.1.1", 400],
  ];
  for (const [version, status] of refused) {
    it(`answers ${status} to ${version}`, () => {
      assert.throws(
        () => negotiate(nova, { "x-openstack-nova-api-version": version }),
        (error: KumulusError) => error.status === status,
      );
    });
  }

  it("echoes in every header that can ask", () => {
    assert.deepEqual(echoHeaders(nova, 47), {
      "OpenStack-API-Version": "compute 2.47",
      "X-OpenStack-Nova-API-Version": "2.47",
      Vary: "OpenStack-API-Version, X-OpenStack-Nova-API-Version",
    });
    assert.deepEqual(echoHeaders(cinder, 0), { "OpenStack-API-Version": "volume 3.0", Vary: "OpenStack-API-Version" });
  });
});
