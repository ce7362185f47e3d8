// `kumulus explain`: its options and its output.
import { parseArgs } from "node:util";
import { createOvsdbClient } from "../../clients/ovsdb/client.ts";
import { idOf } from "../../domain/id.ts";
import { ovsdbTLS } from "../../operator/ovsdb-tls.ts";
import type { Settings } from "../../operator/settings.ts";
import { type Command, clusterOf, commonHelp, commonOptions } from "../command.ts";
import { chainOf } from "./chain.ts";
import { findObject } from "./find.ts";
import { printed } from "./print.ts";
import { type Database, gather, type Sources } from "./world.ts";

const help = `kumulus explain ID [--kubeconfig FILE] [--config FILE]
kumulus explain KIND/[NAMESPACE/]NAME …

Shows what an object of the cloud is made of, how far each part is, and in one sentence what is waited for.
ID is the id that OpenStack clients show. Exits with 1 when there is no such object.

Options:
${commonHelp}`;

const limitMs = 5_000;
const names: Record<Database, string> = { northbound: "OVN_Northbound", southbound: "OVN_Southbound" };

/** Connections to both databases, open until the signal. */
function ovnSelect(settings: Settings, signal: AbortSignal): NonNullable<Sources["select"]> {
  const tls = ovsdbTLS(settings);
  const open = (database: Database) =>
    createOvsdbClient({
      remotes: settings.ovn[database],
      database: names[database],
      tables: {},
      leaderOnly: false,
      signal,
      ...(tls && { tls }),
    });
  const clients = { northbound: open("northbound"), southbound: open("southbound") };
  return async (database, operation) => {
    const [result] = await clients[database].transact([operation], { timeoutMs: limitMs });
    return result?.rows ?? [];
  };
}

export const explainCommand: Command = async (argv, { readSettings, print }) => {
  const { values, positionals } = parseArgs({ args: [...argv], options: commonOptions, allowPositionals: true });
  if (values.help) {
    print(help);
    return 0;
  }
  const [id, ...more] = positionals;
  if (!id || more.length > 0) throw new TypeError(`say which object\n\n${help}`);
  const settings = await readSettings(values);
  const client = clusterOf(values, settings);
  const stop = new AbortController();
  try {
    const object = await findObject(client, id);
    if (!object) {
      print(`No object of Kumulus has the id ${id}`);
      return 1;
    }
    const select = settings && ovnSelect(settings, stop.signal);
    const { built, problems } = await gather({ client, select }, (world) => chainOf(object, world));
    const advice = settings ? [] : ["OVN: nobody said where it is (--config FILE)"];
    print(`id ${idOf(object)}\n${printed(built, [...problems, ...advice])}`);
    return 0;
  } finally {
    stop.abort();
    await client.connection.close();
  }
};
