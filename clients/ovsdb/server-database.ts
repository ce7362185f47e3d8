// The server's own database `_Server`: tells whether this server leads the cluster of a database (ovsdb-server(5)).
import type { Rpc } from "./rpc.ts";

interface DatabaseRow {
  name?: string;
  model?: string;
  connected?: boolean;
  leader?: boolean;
}
type Updates = Record<string, Record<string, { new?: DatabaseRow; old?: DatabaseRow }>>;

/** A standalone or relay database has no leader to look for; a clustered one must be connected and lead. */
const serves = (row: DatabaseRow): boolean => row.model !== "clustered" || (row.connected === true && row.leader === true);

export interface LeaderWatch {
  /** Also asks the server to tell of databases that come and go instead of hanging up. True when this server will do. */
  start(rpc: Rpc): Promise<boolean>;
  /** True when an update says that the server will do no longer. */
  changed(updates: unknown): boolean;
}

export function watchLeader(database: string): LeaderWatch {
  const rowOf = (updates: unknown): DatabaseRow | undefined =>
    Object.values((updates as Updates).Database ?? {})
      .map((update) => update.new)
      .find((row) => row?.name === database);
  return {
    async start(rpc) {
      const columns = ["name", "model", "connected", "leader"];
      try {
        await rpc.request("set_db_change_aware", [true]);
        const row = rowOf(await rpc.request("monitor", ["_Server", "kumulus-server", { Database: { columns } }]));
        return row !== undefined && serves(row);
      } catch (error) {
        // Servers before 2.9 have no such database, and no clusters either.
        return (error as { code?: string }).code !== "Unavailable";
      }
    },
    changed(updates) {
      const row = rowOf(updates);
      return row !== undefined && !serves(row);
    },
  };
}
