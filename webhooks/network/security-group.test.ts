// Rules of security groups.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import type { SecurityGroupRule } from "../../models/network/security-group.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { securityGroupRules } from "./security-group.ts";

const tcp: SecurityGroupRule = { direction: "ingress", protocol: "tcp", portRangeMin: 22, portRangeMax: 22 };
const group = (rules: SecurityGroupRule[]) => make.securityGroup("group", { rules });
const standard = make.securityGroup("default", { isDefault: true, displayName: "default" });
const tenant = (leaving = false) => make.tenant("demo", {}, { status: { namespace: "demo" }, leaving });

describe("security group rules", () => {
  const creates: [string, ReturnType<typeof group>, readonly KubeObject[], string][] = [
    ["empty", group([]), [standard], "fine"],
    ["with a rule", group([tcp]), [], "fine"],
    ["with a rule twice", group([tcp, { ...tcp, description: "again" }]), [], "409 SecurityGroupRuleExists"],
    ["with the rule by number", group([tcp, { ...tcp, protocol: "6" }]), [], "409 SecurityGroupRuleExists"],
    ["with a bad rule", group([{ ...tcp, portRangeMax: 21 }]), [], "400 SecurityGroupInvalidPortRange"],
    ["that means itself", group([{ direction: "ingress", remoteGroupRef: { name: "group" } }]), [], "fine"],
    ["that means another", group([{ direction: "ingress", remoteGroupRef: { name: "default" } }]), [standard], "fine"],
    ["that means nobody", group([{ direction: "ingress", remoteGroupRef: { name: "none" } }]), [], "404 SecurityGroupNotFound"],
    ["a second default", make.securityGroup("d2", { isDefault: true }), [standard], "409 SecurityGroupDefaultAlreadyExists"],
    ["called default", make.securityGroup("d2", { displayName: "default" }), [standard], "409 SecurityGroupDefaultAlreadyExists"],
    ["the first default", standard, [], "fine"],
  ];
  for (const [title, one, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () => assert.equal(outcome(securityGroupRules.create?.(one, viewOf(...objects))), expected));
  }

  const user = make.port("p", { networkRef: { name: "net" }, securityGroupRefs: [{ name: "group" }] });
  const removals: [string, ReturnType<typeof group>, readonly KubeObject[], string][] = [
    ["unused", group([]), [tenant()], "fine"],
    ["on a port", group([]), [tenant(), user], "409 SecurityGroupInUse"],
    ["the default, which the API keeps from all but administrators", standard, [tenant()], "fine"],
  ];
  for (const [title, one, objects, expected] of removals) {
    it(`delete ${title}: ${expected}`, () => assert.equal(outcome(securityGroupRules.remove?.(one, viewOf(...objects))), expected));
  }

  it("keeps the default's name", () => {
    const renamed = make.securityGroup("default", { isDefault: true, displayName: "x" });
    assert.equal(outcome(securityGroupRules.update?.(renamed, standard, viewOf(standard))), "409 SecurityGroupCannotUpdateDefault");
  });
});
