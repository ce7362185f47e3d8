// Neutron /security-group-rules: the rules inside SecurityGroup objects as resources of their own.
import { randomUUID } from "node:crypto";
import { type Static, Type } from "typebox";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { createdAt, idOf } from "../../domain/id.ts";
import { canonicalRange } from "../../domain/net/address.ts";
import { ruleId, ruleKey, ruleProblem } from "../../domain/net/security-group.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../models/network/security-group.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { defined, id, nullable, text } from "./input.ts";
import { type Findable, fetch, listBody } from "./resource.ts";
import type { World } from "./world.ts";

const numberOrText = nullable(Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.String({ pattern: "^\\d{1,5}$" })]));
const createRule = Type.Object(
  {
    security_group_id: id,
    direction: Type.Enum(["ingress", "egress"]),
    ethertype: Type.Optional(nullable(Type.Enum(["IPv4", "IPv6", "ipv4", "ipv6"]))),
    protocol: Type.Optional(nullable(Type.Union([text, Type.Integer({ minimum: 0, maximum: 255 })]))),
    port_range_min: Type.Optional(numberOrText),
    port_range_max: Type.Optional(numberOrText),
    remote_ip_prefix: Type.Optional(nullable(text)),
    remote_group_id: Type.Optional(nullable(id)),
    remote_address_group_id: Type.Optional(Type.Null()),
    description: Type.Optional(nullable(text)),
    tenant_id: Type.Optional(text),
    project_id: Type.Optional(text),
  },
  { additionalProperties: false },
);
type RuleInput = Static<typeof createRule>;

/** The wire form of one rule (Networking API v2.0, "Show security group rule"). */
export function viewRule(world: World, group: SecurityGroup, rule: SecurityGroupRule) {
  const groupID = idOf(group);
  const project = world.projectOf(group.metadata.namespace);
  const created = (rule.createdAt ?? createdAt(group)).replace(/\.\d+Z$/, "Z");
  return {
    id: ruleId(groupID, rule),
    tenant_id: project,
    project_id: project,
    security_group_id: groupID,
    ethertype: rule.etherType ?? "IPv4",
    direction: rule.direction,
    protocol: rule.protocol ?? null,
    port_range_min: rule.portRangeMin ?? null,
    port_range_max: rule.portRangeMax ?? null,
    remote_ip_prefix: rule.remoteIPPrefix ?? null,
    remote_group_id: world.idIn(world.groups, rule.remoteGroupRef, group.metadata.namespace) || null,
    remote_address_group_id: null,
    normalized_cidr: rule.remoteIPPrefix ?? null,
    description: rule.description ?? "",
    tags: [],
    created_at: created,
    updated_at: created,
    revision_number: 0,
    belongs_to_default_sg: group.spec.isDefault ?? false,
  };
}

const number = (value: RuleInput["port_range_min"]) => (value === null || value === undefined ? undefined : Number(value));

async function ruleFrom(
  input: RuleInput,
  group: SecurityGroup,
  groups: Findable<SecurityGroup>,
  request: ApiRequest,
): Promise<SecurityGroupRule> {
  const remote = input.remote_group_id ? await fetch(groups, request.auth, input.remote_group_id) : undefined;
  if (remote && input.remote_ip_prefix) {
    throw new KumulusError("Invalid", "Only remote_ip_prefix or remote_group_id may be provided.", {
      reason: "SecurityGroupRemoteGroupAndRemoteIpPrefix",
    });
  }
  if (remote && remote.metadata.namespace !== group.metadata.namespace) {
    throw new KumulusError("NotFound", groups.missing.message(idOf(remote)), { reason: groups.missing.reason });
  }
  const prefix = input.remote_ip_prefix ?? undefined;
  const range =
    prefix === undefined ? undefined : canonicalRange(prefix.includes("/") ? prefix : `${prefix}/${prefix.includes(":") ? 128 : 32}`);
  if (prefix !== undefined && !range)
    throw new KumulusError("Invalid", `Invalid CIDR ${prefix} given as IP prefix.`, { reason: "InvalidCIDR" });
  const protocol = input.protocol === null || input.protocol === undefined ? undefined : String(input.protocol).toLowerCase();
  return {
    direction: input.direction,
    ...defined({
      description: input.description || undefined,
      etherType: input.ethertype?.toLowerCase() === "ipv6" ? ("IPv6" as const) : ("IPv4" as const),
      protocol: protocol === "any" || protocol === "" ? undefined : protocol,
      portRangeMin: number(input.port_range_min),
      portRangeMax: number(input.port_range_max),
      remoteIPPrefix: range,
      remoteGroupRef: remote && { name: remote.metadata.name },
      id: randomUUID(),
      createdAt: new Date().toISOString(),
    }),
  };
}

function addRule(draft: SecurityGroup, rule: SecurityGroupRule): void {
  const rules = draft.spec.rules ?? [];
  const twin = rules.find((existing) => ruleKey(existing) === ruleKey(rule));
  if (twin) {
    const message = `Security group rule already exists. Rule id is ${ruleId(idOf(draft), twin)}.`;
    throw new KumulusError("Conflict", message, { reason: "SecurityGroupRuleExists" });
  }
  draft.spec.rules = [...rules, rule];
}

export function ruleRoutes(world: World, groups: Findable<SecurityGroup>): Route[] {
  const missing = (ruleID: string) =>
    new KumulusError("NotFound", `Security group rule ${ruleID} does not exist`, { reason: "SecurityGroupRuleNotFound" });
  const ownerOf = ({ metadata }: SecurityGroup) => ({ "security_group:project_id": world.projectOf(metadata.namespace) });
  const visible = ({ auth }: ApiRequest) => (auth.isAdmin ? world.groups.list() : world.groups.list(auth.project?.namespace ?? "-"));
  const find = (request: ApiRequest, ruleID: string) => {
    const group = world.groups.byIndex("rule", ruleID)[0];
    const rule = group?.spec.rules?.find((each) => ruleId(idOf(group), each) === ruleID);
    const isOurs = group && (request.auth.isAdmin || group.metadata.namespace === request.auth.project?.namespace);
    if (!group || !rule || !isOurs) throw missing(ruleID);
    request.permit(ownerOf(group));
    return { group, rule };
  };
  return [
    route({
      method: "GET",
      path: "/v2.0/security-group-rules",
      policy: "get_security_group_rule",
      handle: (request) => {
        const views = visible(request as ApiRequest).flatMap((group) =>
          (group.spec.rules ?? []).map((rule) => viewRule(world, group, rule)),
        );
        return { body: listBody("security_group_rules", views, request as ApiRequest) };
      },
    }),
    route({
      method: "GET",
      path: "/v2.0/security-group-rules/:id",
      policy: "get_security_group_rule",
      handle: (request) => {
        const { group, rule } = find(request as ApiRequest, request.params.id);
        return { body: { security_group_rule: viewRule(world, group, rule) } };
      },
    }),
    route({
      method: "POST",
      path: "/v2.0/security-group-rules",
      policy: "create_security_group_rule",
      status: 201,
      body: Type.Object({ security_group_rule: createRule }, { additionalProperties: false }),
      handle: async (request) => {
        const input = request.body.security_group_rule;
        const group = await fetch(groups, request.auth, input.security_group_id);
        request.permit(ownerOf(group));
        const rule = await ruleFrom(input, group, groups, request as ApiRequest);
        const problem = ruleProblem(rule);
        if (problem) throw problem;
        const updated = await world.groups.update(group, (draft) => addRule(draft, rule));
        return { body: { security_group_rule: viewRule(world, updated, rule) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v2.0/security-group-rules/:id",
      policy: "delete_security_group_rule",
      status: 204,
      handle: async (request) => {
        const { group } = find(request as ApiRequest, request.params.id);
        try {
          await world.groups.update(group, (draft) => {
            draft.spec.rules = (draft.spec.rules ?? []).filter((rule) => ruleId(idOf(group), rule) !== request.params.id);
          });
        } catch (error) {
          throw isCode(error, "NotFound") ? missing(request.params.id) : error;
        }
        return {};
      },
    }),
  ];
}
