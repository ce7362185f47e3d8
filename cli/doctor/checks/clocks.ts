// Whether the clocks of the API server and of the nodes agree with ours: tokens, certificates and leases all need that.
import type { ApiClient } from "../../../operator/kube/client.ts";
import { Lease, Node } from "../../../operator/kube/core-kinds.ts";
import { defineCheck } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

const warnMs = 2_000;
const failMs = 60_000;
const advice = "run a time service (chrony) on every machine";

export interface ClocksSeen {
  /** The API server's clock minus ours, in ms; it shows whole seconds. Undefined when it does not tell. */
  serverMs: number | undefined;
  /** When each node last renewed its lease by its own clock, in ms since 1970. */
  nodes: readonly { name: string; renewedMs: number; everyMs: number }[];
}

const seconds = (ms: number) => `${(Math.abs(ms) / 1000).toFixed(ms % 1000 === 0 ? 0 : 1)} s`;

function judgeSkew(what: string, skewMs: number): Judgement | undefined {
  const found = `${what} is ${seconds(skewMs)} ${skewMs > 0 ? "ahead of" : "behind"} this one's`;
  if (Math.abs(skewMs) > failMs) return fail(found, advice);
  return Math.abs(skewMs) > warnMs ? warn(found, advice) : undefined;
}

/** A renewal in the future means a clock ahead; an old one, of a node that the control plane calls Ready, a clock behind. */
function nodeSkewMs({ renewedMs, everyMs }: ClocksSeen["nodes"][number], nowMs: number): number {
  const ageMs = nowMs - renewedMs;
  if (ageMs < 0) return -ageMs;
  // Renewals come late under load.
  return Math.min(0, 2 * everyMs - ageMs);
}

export function judgeClocks({ serverMs, nodes }: ClocksSeen, now: Date): Judgement[] {
  const server = serverMs === undefined ? undefined : judgeSkew("the API server's clock", serverMs);
  const found = [server, ...nodes.map((node) => judgeSkew(`the clock of node ${node.name}`, nodeSkewMs(node, now.getTime())))];
  const bad = found.filter((judgement) => judgement !== undefined);
  if (bad.length > 0) return bad;
  return [ok(`those of the API server and of ${nodes.length} ready nodes agree with this one's`)];
}

/** From the Date header (RFC 9110), against the middle of our waiting time. */
async function gatherServer({ connection }: ApiClient, now: () => Date): Promise<number | undefined> {
  const before = now().getTime();
  const path = `${connection.basePath}/version`;
  const { headers, body } = await connection.verbs.request({
    origin: connection.origin,
    path,
    method: "GET",
    headers: await connection.headers(),
  });
  const after = now().getTime();
  await body.dump();
  const server = Date.parse(String(headers.date));
  // The header leaves out the milliseconds: what is within that second is no difference.
  if (Number.isNaN(server)) return undefined;
  if (server > after) return server - after;
  return Math.min(0, server + 1000 - before);
}

const isReady = ({ status }: Node) => status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

export const clocksCheck = defineCheck({
  name: "clocks",
  async gather({ client, now }): Promise<ClocksSeen> {
    const [serverMs, nodes, leases] = await Promise.all([
      gatherServer(client, now),
      client.list(Node),
      client.list(Lease, { namespace: "kube-node-lease" }),
    ]);
    const ready = new Set(nodes.filter(isReady).map(({ metadata }) => metadata.name));
    const seen = leases
      .filter(({ metadata }) => ready.has(metadata.name))
      .map(({ metadata, spec }) => ({
        name: metadata.name,
        renewedMs: Date.parse(String(spec?.renewTime)),
        // The kubelet renews four times as often as it must.
        everyMs: ((spec?.leaseDurationSeconds ?? 40) * 1000) / 4,
      }));
    return { serverMs, nodes: seen.filter(({ renewedMs }) => !Number.isNaN(renewedMs)) };
  },
  judge: judgeClocks,
});
