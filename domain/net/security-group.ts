// Rules of security groups: protocols by name and number, ids, the rules a new group has, and what is wrong with a rule (as in Neutron).
import type { SecurityGroupRule } from "../../models/network/security-group.ts";
import { KumulusError } from "../errors.ts";
import { parseCidr } from "./address.ts";
import { hashedUuid } from "./names.ts";

/** IANA numbers by the names that Neutron takes. */
const protocols: Readonly<Record<string, number>> = Object.freeze({
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  icmp: 1,
  icmpv6: 58,
  igmp: 2,
  ipip: 4,
  "ipv6-encap": 41,
  "ipv6-frag": 44,
  "ipv6-icmp": 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  "ipv6-route": 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
});

/** Undefined for any protocol (absent, "any", 0 is a number of its own); NaN never: `ruleProblem` refuses unknown names first. */
export function protocolNumber(protocol: string | undefined): number | undefined {
  if (protocol === undefined || protocol === "any" || protocol === "") return undefined;
  return protocols[protocol.toLowerCase()] ?? (/^\d{1,3}$/.test(protocol) ? Number(protocol) : undefined);
}

/** What of a rule decides about traffic; two rules with the same key are the same rule to Neutron. */
export function ruleKey(rule: SecurityGroupRule): string {
  const protocol = protocolNumber(rule.protocol) ?? "any";
  const remote = rule.remoteGroupRef ? `group:${rule.remoteGroupRef.name}` : (rule.remoteIPPrefix ?? "any");
  return [rule.direction, rule.etherType ?? "IPv4", protocol, rule.portRangeMin ?? "", rule.portRangeMax ?? "", remote].join("|");
}

/** Id of a rule in the APIs: its own, else one made of its group and content. */
export const ruleId = (groupId: string, rule: SecurityGroupRule): string => rule.id ?? hashedUuid("rule", groupId, ruleKey(rule));

/** Everything out, as a new group has. */
export const newGroupRules: readonly SecurityGroupRule[] = [
  { direction: "egress", etherType: "IPv4" },
  { direction: "egress", etherType: "IPv6" },
];

/** The project's default group: everything out, and in from its own members. */
export const defaultGroupRules = (groupName: string): SecurityGroupRule[] => [
  ...newGroupRules,
  { direction: "ingress", etherType: "IPv4", remoteGroupRef: { name: groupName } },
  { direction: "ingress", etherType: "IPv6", remoteGroupRef: { name: groupName } },
];

const portProtocols = new Set([6, 17, 33, 132, 136]);
const icmpProtocols = new Set([1, 58]);

const invalid = (reason: string, message: string) => new KumulusError("Invalid", message, { reason });

/** The first thing wrong with a rule, undefined when it is good. */
export function ruleProblem(rule: SecurityGroupRule): KumulusError | undefined {
  const number = protocolNumber(rule.protocol);
  const named = rule.protocol !== undefined && rule.protocol !== "any" && rule.protocol !== "";
  if (named && (number === undefined || number > 255)) {
    return invalid(
      "SecurityGroupRuleInvalidProtocol",
      `Security group rule protocol ${rule.protocol} not supported. Only protocol values ${Object.keys(protocols).join(", ")} and integer representations [0 to 255] are supported.`,
    );
  }
  return rangeProblem(rule, number) ?? remoteProblem(rule, number);
}

function rangeProblem(rule: SecurityGroupRule, number: number | undefined): KumulusError | undefined {
  const { portRangeMin: min, portRangeMax: max } = rule;
  if (min === undefined && max === undefined) return undefined;
  if (number === undefined) return invalid("SecurityGroupProtocolRequiredWithPorts", "Must also specify protocol if port range is given.");
  if (icmpProtocols.has(number)) {
    if (min === undefined) {
      return invalid(
        "SecurityGroupMissingIcmpType",
        `ICMP code (port-range-max) ${max} is provided but ICMP type (port-range-min) is missing.`,
      );
    }
    const wrong = [min, max ?? 0].find((value) => value > 255);
    return wrong === undefined
      ? undefined
      : invalid("SecurityGroupInvalidIcmpValue", `Invalid value for ICMP type or code: ${wrong}. It must be 0 to 255.`);
  }
  if (!portProtocols.has(number)) {
    return invalid(
      "SecurityGroupInvalidProtocolForPort",
      `Invalid protocol ${rule.protocol} for port range, only valid for TCP, UDP, UDPLITE, SCTP and DCCP.`,
    );
  }
  const good = min !== undefined && max !== undefined && min <= max && (min > 0 || ![6, 17].includes(number));
  return good ? undefined : invalid("SecurityGroupInvalidPortRange", "For TCP/UDP protocols, port_range_min must be <= port_range_max");
}

function remoteProblem(rule: SecurityGroupRule, number: number | undefined): KumulusError | undefined {
  const version = rule.etherType === "IPv6" ? 6 : 4;
  if (rule.remoteIPPrefix !== undefined && parseCidr(rule.remoteIPPrefix)?.version !== version) {
    return invalid(
      "SecurityGroupRuleParameterConflict",
      `Conflicting value ethertype ${rule.etherType ?? "IPv4"} for CIDR ${rule.remoteIPPrefix}`,
    );
  }
  if (number === 58 && version === 4) {
    return invalid(
      "SecurityGroupEthertypeConflictWithProtocol",
      `Invalid ethertype ${rule.etherType ?? "IPv4"} for protocol ${rule.protocol}.`,
    );
  }
  return undefined;
}
