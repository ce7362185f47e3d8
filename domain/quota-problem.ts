// Whether a request passes a project's limits, and the sentence with which each service says so.
import { KumulusError } from "./errors.ts";
import type { QuotaKey } from "./quota.ts";

export type Amounts = Partial<Record<QuotaKey, number>>;

export type QuotaService = "compute" | "network" | "volume" | "image";

/** The services' own words for what is counted, where they are not ours. */
const words: Readonly<Record<string, string>> = {
  ramMiB: "ram",
  networks: "network",
  subnets: "subnet",
  ports: "port",
  routers: "router",
  floatingIPs: "floatingip",
  securityGroups: "security_group",
  securityGroupRules: "security_group_rule",
  keyPairs: "key_pairs",
  images: "image_count_total",
};
const wordOf = (key: QuotaKey): string => words[key] ?? key;

interface Passed {
  key: QuotaKey;
  requested: number;
  used: number;
  limit: number;
}

function computeSentence(passed: readonly Passed[]): string {
  if (passed.some(({ key }) => key === "keyPairs")) return "Quota exceeded, too many key pairs.";
  const list = (value: (one: Passed) => string | number) => passed.map(value).join(", ");
  const names = list(({ key }) => wordOf(key));
  return `Quota exceeded for ${names}: Requested ${list((one) => one.requested)}, but already used ${list((one) => one.used)} of ${list((one) => one.limit)} ${names}`;
}

function volumeSentence(passed: readonly Passed[]): string {
  const size = passed.find(({ key }) => key === "gigabytes" || key.startsWith("gigabytes_"));
  if (size) {
    return `Requested volume or snapshot exceeds allowed ${size.key} quota. Requested ${size.requested}G, quota is ${size.limit}G and ${size.used}G has been consumed.`;
  }
  return passed
    .map(({ key, limit }) => `Maximum number of ${wordOf(key)} allowed (${limit}) exceeded for quota '${wordOf(key)}'.`)
    .join(" ");
}

function imageSentence(passed: readonly Passed[]): string {
  const each = passed.map((one) => `${wordOf(one.key)}: limit ${one.limit}, current usage ${one.used}, requested ${one.requested}`);
  return `The project is over its limit for ${each.join("; ")}.`;
}

const sentences: Record<QuotaService, (passed: readonly Passed[]) => string> = {
  compute: computeSentence,
  volume: volumeSentence,
  image: imageSentence,
  network: (passed) => `Quota exceeded for resources: [${passed.map(({ key }) => `'${wordOf(key)}'`).join(", ")}].`,
};

/** OverQuota when `used` and `requested` together pass a limit. What is not asked for is not looked at: a project over its limit may still shrink. */
export function quotaProblem(
  service: QuotaService,
  requested: Amounts,
  used: Amounts,
  limit: (key: QuotaKey) => number,
): KumulusError | undefined {
  const passed = (Object.entries(requested) as [QuotaKey, number][])
    .map(([key, wanted]) => ({ key, requested: wanted, used: used[key] ?? 0, limit: limit(key) }))
    .filter((one) => one.requested > 0 && one.limit >= 0 && one.used + one.requested > one.limit);
  return passed.length === 0 ? undefined : new KumulusError("OverQuota", sentences[service](passed), { reason: "OverQuota" });
}

/** Sum of amounts. */
export function sumOf(all: Iterable<Amounts>): Amounts {
  const sum: Amounts = {};
  for (const amounts of all) {
    for (const [key, value] of Object.entries(amounts) as [QuotaKey, number][]) sum[key] = (sum[key] ?? 0) + value;
  }
  return sum;
}

/** What `now` takes more than `before`; what became less is left out. */
export function growth(now: Amounts, before: Amounts): Amounts {
  const more = (Object.entries(now) as [QuotaKey, number][]).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, value]) => value > 0));
}
