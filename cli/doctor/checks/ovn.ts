// Whether OVN's databases answer at the addresses of the settings, with the TLS of the settings.
import { type DatabaseProbe, probeDatabase } from "../../../clients/ovsdb/probe.ts";
import { ovsdbTLS } from "../../../operator/ovsdb-tls.ts";
import type { Settings } from "../../../operator/settings.ts";
import { defineCheck } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

export type RemoteSeen = { remote: string } & (DatabaseProbe | { problem: string });

/** Undefined when nobody said where the database is. */
export function judgeDatabase(servers: readonly RemoteSeen[] | undefined): Judgement[] {
  if (!servers) return [warn("not checked: nobody said where it is", "give the roles' settings: --config FILE")];
  const answers = servers.flatMap((server) => ("problem" in server ? [] : [server]));
  const silent = servers.flatMap((server) => ("problem" in server ? [server] : []));
  const [first] = answers;
  const problems = silent.map(({ remote, problem }) => `${remote}: ${problem}`).join("; ");
  const advice = "look after that server, its firewall and the certificates of both sides";
  if (!first) return [fail(`can not be reached: ${problems}`, advice)];
  const found = `schema ${first.version}, ${answers.length} of ${servers.length} servers answer`;
  if (!answers.some(({ leads }) => leads))
    return [fail(`${found}, but none leads`, "more than half of the cluster's members must run and reach each other")];
  return [silent.length > 0 ? warn(`${found}; ${problems}`, advice) : ok(found)];
}

function problemOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
}

async function gatherDatabase(settings: Settings, remotes: readonly string[], database: string, limitMs: number): Promise<RemoteSeen[]> {
  // Earlier than the check's own limit, so that a silent server is named.
  const timeoutMs = limitMs / 2.5;
  const look = async (remote: string): Promise<RemoteSeen> => {
    try {
      return { remote, ...(await probeDatabase(remote, database, ovsdbTLS(settings), timeoutMs)) };
    } catch (error) {
      return { remote, problem: problemOf(error) };
    }
  };
  return Promise.all(remotes.map(look));
}

const databases = [
  { name: "ovn northbound", database: "OVN_Northbound", key: "northbound" },
  { name: "ovn southbound", database: "OVN_Southbound", key: "southbound" },
] as const;

export const ovnChecks = databases.map(({ name, database, key }) =>
  defineCheck({
    name,
    gather: async ({ settings }, limitMs) => settings && gatherDatabase(settings, settings.ovn[key], database, limitMs),
    judge: judgeDatabase,
  }),
);
