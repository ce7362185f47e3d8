// The roles' rights, which `npm run generate` writes from the code: a cloud lives a full life under them, is refused nothing, and leaves none unused.
import assert from "node:assert/strict";
import type { Cloud } from "../bench/cloud.ts";
import { atomsOfRole } from "../hack/generate/rights.ts";
import { limitedRoles } from "../standalone/instance.ts";
import { judge, requestsOf, type Verdict } from "./audit.ts";
import { cloud, down, up } from "./cloud.ts";
import { administer, makeThings, manageUsers, removeKey, removeThings, revokeToken, type Things, useServer } from "./rights-api.ts";
import * as kubectl from "./rights-kubectl.ts";
import { makeTenant } from "./tenants.ts";
import { becomes, buildServer } from "./things.ts";

const namespace = "kumulus-rights";
const nothing: Verdict = { unused: [], tooWide: [], refused: [] };

describe("the rights of operator, API and webhook", function () {
  this.timeout(180_000);
  let api: Cloud;
  let things: Things;
  let turnedAt: number;

  before(async function () {
    this.timeout(700_000);
    await up("HYPERVISOR=simulated AUDIT=1");
    await kubectl.makeVolumeType();
    await kubectl.turnVolumeType();
    turnedAt = performance.now();
  });
  after(async function () {
    this.timeout(180_000);
    await down();
  });

  it("suffice to renew keys and certificates", () => kubectl.renewSecrets());

  it("suffice for what members and administrators do through the APIs", async () => {
    api = await makeTenant("rights", { cores: 100 });
    things = await makeThings(api);
    await useServer(api, things);
    await administer(api.projectID);
    await manageUsers();
    await revokeToken();
    await removeKey(api);
  });

  it("suffice for what people do with kubectl, and for what must be refused", async () => {
    await kubectl.nameWhatIsMissing(namespace);
    await kubectl.takeWhatIsUsed(namespace);
    await kubectl.exceedQuota(namespace);
    await kubectl.removeUserWithRole();
    const [[network = "", subnet = ""], [server = ""], [machine = ""]] = await Promise.all([
      Promise.all(["networks.network.kumulus.cloud", "subnets"].map(async (kind) => (await kubectl.namesOf(namespace, kind))[0] ?? "")),
      kubectl.namesOf(namespace, "servers"),
      kubectl.namesOf(namespace, "virtualmachines"),
    ]);
    await kubectl.meetLockedAddress(namespace, subnet, network);
    await kubectl.fillActions(namespace, server);
    await kubectl.rebootInOtherWays(namespace, server, machine);
    await kubectl.orphanGuest(namespace, server, machine);
  });

  it("suffice to take a project down", async () => {
    // The API deletes the second of all; of the first, one of each kind is left for the operator.
    await removeThings(api, await makeThings(api));
    const server = await buildServer(api, things.network);
    await becomes(api, `/compute/v2.1/servers/${server}`, "server", "ACTIVE");
    await cloud("kubectl delete tenant rights --timeout=120s", { timeoutMs: 130_000 });
  });

  it("suffice to count an event that comes again", async () => {
    await kubectl.until(turnedAt, 61_000);
    await kubectl.turnVolumeType();
  });

  for (const role of limitedRoles) {
    it(`have all been used by ${role}, which was refused nothing`, () => {
      assert.deepEqual(judge(requestsOf(role), atomsOfRole(role)), nothing);
    });
  }
});
