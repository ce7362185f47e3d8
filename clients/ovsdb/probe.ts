// One look at an OVSDB server: whether it answers, with which schema, and whether it leads its cluster. Keeps no connection.
import { KumulusError } from "../../domain/errors.ts";
import { openSocket, type TlsOptions } from "./remote.ts";
import { createRpc } from "./rpc.ts";
import { watchLeader } from "./server-database.ts";
import { within } from "./timing.ts";

export interface DatabaseProbe {
  /** Of the database's schema, such as `7.0.0`. */
  version: string;
  /** True also for a database without a cluster. */
  leads: boolean;
}

/** Rejects with KumulusError: Unavailable when nobody answers within `timeoutMs`, Invalid when the server has no such database. */
export async function probeDatabase(
  remote: string,
  database: string,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<DatabaseProbe> {
  const late = () => new KumulusError("Unavailable", `No answer from ${remote} within ${timeoutMs / 1000} s`);
  const socket = await openSocket(remote, tls, new AbortController().signal, timeoutMs);
  const rpc = createRpc(socket, { probeMs: 0, onNotification: () => undefined });
  try {
    const { version } = (await within(rpc.request("get_schema", [database]), timeoutMs, late)) as { version: string };
    return { version, leads: await within(watchLeader(database).start(rpc), timeoutMs, late) };
  } finally {
    rpc.close("looked at");
  }
}
