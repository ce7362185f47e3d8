// Settings from a file: what is good, and what a person reads about what is not.
import assert from "node:assert/strict";
import { parseSettings } from "./settings.ts";

const good = `
region: RegionOne
apiURL: http://kumulus-api.kumulus-system.svc:8774
ports: { api: 8774, webhook: 9443, health: 8080 }
ovn:
  northbound: ["ssl:10.0.0.1:6641", "ssl:10.0.0.2:6641"]
  southbound: ["ssl:10.0.0.1:6642"]
  tls: { ca: /etc/kumulus/ovn/ca.crt, cert: /etc/kumulus/ovn/tls.crt, key: /etc/kumulus/ovn/tls.key }
images: { directory: /var/lib/kumulus/images }
webhook: { service: kumulus-webhook }
`;

describe("settings", () => {
  it("are read from YAML", async () => {
    const settings = await parseSettings(good, "settings.yaml");
    assert.deepEqual(settings.ports, { api: 8774, webhook: 9443, health: 8080 });
    assert.equal(settings.ovn.northbound.length, 2);
  });

  for (const [why, from, to, complaint] of [
    ["an unknown key", "region:", "regoin:", /settings\.yaml: \/ .*regoin/],
    ["an unknown key further down", "key: /etc", "keyFile: /etc", /\/ovn\/tls .*keyFile/s],
    ["a port that is none", "api: 8774", "api: 87740", /\/ports\/api/],
    ["a missing key", "images: { directory: /var/lib/kumulus/images }", "", /images/],
    ["a remote that OVN would not know", '"ssl:10.0.0.1:6642"', '"10.0.0.1:6642"', /\/ovn\/southbound\/0/],
    ["a URL with a path", "svc:8774", "svc:8774/v3", /\/apiURL/],
    ["what is no YAML", "ports: {", "ports: {{", /settings\.yaml: /],
    ["nothing", good, "", /settings\.yaml: \/ must be object/],
  ] as const)
    it(`refuse ${why}`, () =>
      assert.rejects(parseSettings(good.replace(from, to), "settings.yaml"), (error: Error) => {
        assert.match(error.message, complaint);
        return error instanceof TypeError;
      }));
});
