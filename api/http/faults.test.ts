// One error in the words of each service.
import assert from "node:assert/strict";
import { KumulusError } from "../../domain/errors.ts";
import { cinderFaults, type FaultFormat, faultOf, glanceFaults, keystoneFaults, neutronFaults, novaFaults } from "./faults.ts";

const missing = new KumulusError("NotFound", "Network x could not be found.", { reason: "NetworkNotFound" });

function told(error: unknown, format: FaultFormat, accept?: string): { status: number; body: unknown; type: string } {
  const fault = faultOf(error, format);
  assert.ok(fault);
  const { contentType, body } = format.render(fault, accept);
  return { status: fault.status, type: contentType, body: contentType === "application/json" ? JSON.parse(body) : body };
}

describe("faults", () => {
  const { message } = missing;
  const cases: [service: string, format: FaultFormat, body: unknown][] = [
    ["Nova", novaFaults, { itemNotFound: { code: 404, message } }],
    ["Cinder", cinderFaults, { itemNotFound: { code: 404, message } }],
    ["Neutron", neutronFaults, { NeutronError: { type: "NetworkNotFound", message, detail: "" } }],
    ["Keystone", keystoneFaults, { error: { code: 404, message, title: "Not Found" } }],
  ];
  for (const [service, format, body] of cases) {
    it(`of ${service}`, () => assert.deepEqual(told(missing, format), { status: 404, type: "application/json", body }));
  }

  it("of Glance: HTML for people and old clients, JSON for who asks for nothing else", () => {
    const html = told(new KumulusError("Invalid", "a <b> & c"), glanceFaults, "*/*");
    assert.equal(html.type, "text/html; charset=UTF-8");
    assert.match(String(html.body), /<h1>400 Bad Request<\/h1>\n {2}a &lt;b&gt; &amp; c<br/);
    assert.deepEqual(told(missing, glanceFaults, "application/json").body, { message, code: "404 Not Found", title: "Not Found" });
  });

  it("have each service's own status for an exceeded quota", () => {
    const quota = new KumulusError("OverQuota", "Quota exceeded for cores");
    const statuses = [novaFaults, neutronFaults, cinderFaults].map((format) => told(quota, format).status);
    assert.deepEqual(statuses, [403, 409, 413]);
    assert.equal(
      told(new KumulusError("OverQuota", "x", { status: 403 }), cinderFaults).status,
      403,
      "a status that the thrower chose stays",
    );
  });

  it("say nothing about a bug", () => assert.equal(faultOf(new TypeError("secret detail"), novaFaults), undefined));
});
