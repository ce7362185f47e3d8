// Extra DHCP options of a port: Neutron's (dnsmasq's) names and numbers to OVN's. Pure.
import type { PortExtraDHCPOption } from "../../../models/network/port.ts";

interface OvnOption {
  readonly name: string;
  /** How OVN writes the value. */
  readonly form: "plain" | "text" | "list";
}
const plain = (name: string): OvnOption => ({ name, form: "plain" });
const text = (name: string): OvnOption => ({ name, form: "text" });
const list = (name: string): OvnOption => ({ name, form: "list" });

const v4: Readonly<Record<string, OvnOption>> = {
  netmask: plain("netmask"),
  router: plain("router"),
  "dns-server": list("dns_server"),
  "log-server": list("log_server"),
  "domain-name": text("domain_name"),
  "ntp-server": list("ntp_server"),
  mtu: plain("mtu"),
  "ip-forward-enable": plain("ip_forward_enable"),
  "router-discovery": plain("router_discovery"),
  "default-ttl": plain("default_ttl"),
  "lease-time": plain("lease_time"),
  T1: plain("T1"),
  T2: plain("T2"),
  "bootfile-name": text("bootfile_name"),
  "tftp-server": text("tftp_server"),
  "tftp-server-address": list("tftp_server_address"),
  "server-ip-address": plain("next_server"),
  wpad: text("wpad"),
  "path-prefix": text("path_prefix"),
  "classless-static-route": list("classless_static_route"),
  "domain-search": text("domain_search_list"),
  hostname: text("hostname"),
};
const numbers: Readonly<Record<string, string>> = {
  "1": "netmask",
  "3": "router",
  "6": "dns-server",
  "7": "log-server",
  "12": "hostname",
  "15": "domain-name",
  "19": "ip-forward-enable",
  "23": "default-ttl",
  "26": "mtu",
  "31": "router-discovery",
  "42": "ntp-server",
  "51": "lease-time",
  "58": "T1",
  "59": "T2",
  "66": "tftp-server",
  "67": "bootfile-name",
  "119": "domain-search",
  "121": "classless-static-route",
  "150": "tftp-server-address",
  "210": "path-prefix",
  "252": "wpad",
};
const v6: Readonly<Record<string, OvnOption>> = { "dns-server": list("dns_server"), "domain-search": text("domain_search") };

function written(form: OvnOption["form"], value: string): string {
  if (form === "text") return `"${value.replaceAll('"', "")}"`;
  if (form === "plain") return value;
  return `{${value.replace(/^\{|\}$/g, "")}}`;
}

/** Options that OVN does not know are left out, as Neutron does with OVN. */
export function extraDhcpOptions(options: readonly PortExtraDHCPOption[], version: 4 | 6): Record<string, string> {
  const known = version === 4 ? v4 : v6;
  const result: Record<string, string> = {};
  for (const { name, value, ipVersion } of options) {
    const option = known[version === 4 ? (numbers[name] ?? name) : name];
    if (option && value !== undefined && (ipVersion ?? 4) === version) result[option.name] = written(option.form, value);
  }
  return result;
}
