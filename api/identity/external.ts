// Method `external`: a proxy in front has found out who it is, and says so in a header (Keystone's REMOTE_USER). Off unless settings name header and proxies.
import { BlockList, isIP } from "node:net";
import type { ApiRequest } from "../http/request.ts";
import type { IdentitySettings } from "./settings.ts";

export interface External {
  readonly name: string;
  /** Name of the domain, where the proxy says it. */
  readonly domain: string | undefined;
}

type ExternalSettings = Pick<IdentitySettings, "remote_user_header" | "remote_domain_header" | "trusted_proxies">;

/** Whether an address is one of a list such as "10.0.0.5, 192.168.7.0/24". What is no address names none. */
export function isAmong(list: string, address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(plain ?? "");
  if (plain === undefined || family === 0) return false;
  const known = new BlockList();
  for (const each of list.split(/[\s,]+/).filter(Boolean)) {
    const [net = "", prefix] = each.split("/");
    const version = isIP(net);
    const bits = prefix === undefined ? (version === 6 ? 128 : 32) : Number(prefix);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) continue;
    known.addSubnet(net, bits, version === 6 ? "ipv6" : "ipv4");
  }
  return known.check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** Who the proxy says it is; undefined where nobody is trusted to say so. */
export function externalUser(
  { headers, stream }: Pick<ApiRequest, "headers" | "stream">,
  settings: ExternalSettings,
): External | undefined {
  const { remote_user_header: userHeader, remote_domain_header: domainHeader, trusted_proxies: proxies } = settings;
  if (!userHeader || !proxies) return undefined;
  const socket = "socket" in stream ? (stream.socket as { remoteAddress?: string }) : undefined;
  const name = headers[userHeader.toLowerCase()];
  if (typeof name !== "string" || name === "" || !isAmong(proxies, socket?.remoteAddress)) return undefined;
  const domain = domainHeader ? headers[domainHeader.toLowerCase()] : undefined;
  return { name, domain: typeof domain === "string" && domain !== "" ? domain : undefined };
}
