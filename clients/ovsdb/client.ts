// The OVSDB client: a replica of the chosen tables that survives reconnects, and transactions.
import { KumulusError } from "../../domain/errors.ts";
import type { Json } from "./codec.ts";
import { applyUpdates, readNotification, startMonitor, type Watched } from "./monitor.ts";
import { type Condition, decodeResults, encodeConditions, encodeOperation, type Operation, type OperationResult } from "./operations.ts";
import { openSocket, type TlsOptions } from "./remote.ts";
import { createRpc, type Rpc } from "./rpc.ts";
import { type DatabaseSchema, parseSchema } from "./schema.ts";
import { watchLeader } from "./server-database.ts";
import { addIndex, type IndexValues, lookUp, newTable, type RowChange, type StoredRow, type Table } from "./store.ts";
import { sleep, within } from "./timing.ts";

export interface OvsdbLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface WatchedTable {
  /** All unless said. */
  readonly columns?: readonly string[];
  /** Rows that meet any of these; all unless said. Servers without `monitor_cond` give all rows nevertheless. */
  readonly where?: readonly Condition[];
  readonly indexes?: Readonly<Record<string, IndexValues>>;
}

export interface OvsdbOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; tried in turn. */
  readonly remotes: readonly string[];
  readonly database: string;
  /** The tables to keep a copy of. */
  readonly tables: Readonly<Record<string, WatchedTable>>;
  /** Of a clustered database talk to the leader only (true unless said): its copy is never behind. */
  readonly leaderOnly?: boolean;
  readonly tls?: TlsOptions;
  readonly log?: OvsdbLog;
  /** Ends the connection for good; pending calls reject with Unavailable. */
  readonly signal: AbortSignal;
  /** First and longest pause between attempts; 100 and 5000 ms unless said. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
  /** Silence after which the server is probed; 5000 ms unless said, 0 = never. */
  readonly probeMs?: number;
}

export interface OvsdbClient {
  readonly synced: boolean;
  /** Resolves when the copy is complete, at once if it is; rejects with Unavailable when closed or, if given, after `timeoutMs`. */
  whenSynced(timeoutMs?: number): Promise<void>;
  /** All rows of a table, O(rows). */
  rows<T = StoredRow>(table: string): readonly T[];
  byUuid<T = StoredRow>(table: string, uuid: string): T | undefined;
  /** Rows for which the index function of that name gave `value`. */
  byIndex<T = StoredRow>(table: string, index: string, value: string): readonly T[];
  /** Idempotent by name; filled at once. */
  addIndex(table: string, name: string, values: IndexValues): void;
  /**
   * The handler sees each change of the table's rows once, after all tables of the same update have it; after a reconnect it sees only what
   * really differs. Rows that are there already are not shown. What it throws is logged. Returns the unsubscribe function.
   */
  onChange<T = StoredRow>(table: string, handler: (change: RowChange<T>) => void): () => void;
  /** Called after each (re)connection when the copy is complete. Returns the unsubscribe function. */
  onSync(handler: () => void): () => void;
  /**
   * One transaction: all or nothing. When it resolves, the copy shows it. Rejects with KumulusError: Conflict (violated constraint, failed
   * wait, duplicate UUID), Invalid (a mistake), Unavailable (not connected for `timeoutMs`, 10 000 unless said, or the connection broke: then
   * the outcome is unknown).
   */
  transact(operations: readonly Operation[], options?: { timeoutMs?: number }): Promise<OperationResult[]>;
  /** The schema of the connected database, undefined before the first connection. */
  readonly schema: DatabaseSchema | undefined;
}

const unavailable = (database: string) => new KumulusError("Unavailable", `Not connected to the database ${database}`);

/** Starts connecting at once and keeps connected until `signal` aborts. */
export function createOvsdbClient(options: OvsdbOptions): OvsdbClient {
  const { database, signal, log } = options;
  const tables = new Map<string, Table>();
  const handlers = new Map<string, Set<(change: RowChange<never>) => void>>();
  const syncHandlers = new Set<() => void>();
  let schema: DatabaseSchema | undefined;
  let lastTransaction: string | undefined;
  let connection: Rpc | undefined;
  let synced = Promise.withResolvers<void>();
  synced.promise.catch(() => {});

  for (const [name, { indexes }] of Object.entries(options.tables)) {
    const table = newTable();
    for (const [index, values] of Object.entries(indexes ?? {})) addIndex(table, index, values);
    tables.set(name, table);
  }

  const tableOf = (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw new KumulusError("Invalid", `Table ${name} is not monitored`);
    return table;
  };

  function guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      log?.warn({ database, error }, "A handler of the database client threw");
    }
  }

  function publish(changes: readonly RowChange[]): void {
    for (const change of changes) {
      for (const handler of handlers.get(change.table) ?? []) guarded(() => handler(change as RowChange<never>));
    }
  }

  /** One connection from start to end; resolves with why it ended. */
  async function serve(remote: string): Promise<string> {
    let live = false;
    let waiting: [string, unknown[]][] = [];
    const monitorId = `kumulus-${database}`;
    const socket = await openSocket(remote, options.tls, signal, 5000);
    const leader = watchLeader(database);
    const rpc = createRpc(socket, {
      probeMs: options.probeMs ?? 5000,
      onNotification(method, params) {
        if (live) notify(method, params);
        else waiting.push([method, params]);
      },
    });
    const abort = () => rpc.close("stopped");
    signal.addEventListener("abort", abort);

    function notify(method: string, params: unknown[]): void {
      const update = readNotification(method, params);
      if (!update || !schema) return;
      if (update.id !== monitorId) {
        if (leader.changed(update.updates)) rpc.close("the server is no longer the leader");
        return;
      }
      lastTransaction = update.lastTransaction ?? lastTransaction;
      publish(applyUpdates(schema, watchedColumns(schema), tables, update.updates, false));
    }

    try {
      if (options.leaderOnly !== false && !(await leader.start(rpc))) throw new KumulusError("Unavailable", "Not the leader");
      schema = parseSchema(await rpc.request("get_schema", [database]));
      const watched = watchedColumns(schema);
      const start = await startMonitor(rpc, database, monitorId, { watched, where: conditions(schema) }, lastTransaction);
      lastTransaction = start.lastTransaction;
      const changes = applyUpdates(schema, watched, tables, start.updates, !start.incremental);
      log?.info({ database, remote, incremental: start.incremental, changes: changes.length }, "Connected to the database");
      live = true;
      connection = rpc;
      publish(changes);
      for (const [method, params] of waiting) notify(method, params);
      waiting = [];
      synced.resolve();
      for (const handler of syncHandlers) guarded(handler);
      return await rpc.closed;
    } finally {
      signal.removeEventListener("abort", abort);
      rpc.close("given up");
      if (connection === rpc) {
        connection = undefined;
        synced = Promise.withResolvers<void>();
        synced.promise.catch(() => {});
      }
    }
  }

  function watchedColumns(current: DatabaseSchema): Watched {
    const all = (name: string) => [...(current.get(name)?.keys() ?? [])].filter((column) => !column.startsWith("_"));
    return new Map(Object.entries(options.tables).map(([name, { columns }]) => [name, columns ?? all(name)]));
  }

  function conditions(current: DatabaseSchema): ReadonlyMap<string, Json> {
    const tables = Object.entries(options.tables);
    return new Map(tables.flatMap(([name, { where }]) => (where ? [[name, encodeConditions(current, name, where)]] : [])));
  }

  async function run(): Promise<void> {
    const { first, longest } = options.backoffMs ?? { first: 100, longest: 5000 };
    let pauseMs = first;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const remote = options.remotes[attempt % options.remotes.length] ?? "";
      const wasSynced = synced;
      const reason = await serve(remote).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      if (signal.aborted) break;
      if (wasSynced !== synced) pauseMs = first;
      log?.warn({ database, remote, reason, pauseMs }, "No connection to the database");
      await sleep(pauseMs * (0.9 + Math.random() * 0.2), signal);
      // A cluster's next member may be the leader: only a whole round of failures makes the pause longer.
      if ((attempt + 1) % options.remotes.length === 0) pauseMs = Math.min(pauseMs * 2, longest);
    }
    synced.reject(unavailable(database));
  }

  void run();

  const client: OvsdbClient = {
    get synced() {
      return connection !== undefined;
    },
    get schema() {
      return schema;
    },
    whenSynced: (timeoutMs) => (timeoutMs === undefined ? synced.promise : within(synced.promise, timeoutMs, () => unavailable(database))),
    rows: <T>(table: string) => [...tableOf(table).rows.values()] as T[],
    byUuid: <T>(table: string, uuid: string) => tableOf(table).rows.get(uuid) as T | undefined,
    byIndex: <T>(table: string, index: string, value: string) => lookUp(tableOf(table), index, value) as T[],
    addIndex: (table, name, values) => addIndex(tableOf(table), name, values),
    onChange(table, handler) {
      tableOf(table);
      const set = handlers.get(table) ?? new Set();
      handlers.set(table, set.add(handler as (change: RowChange<never>) => void));
      return () => void set.delete(handler as (change: RowChange<never>) => void);
    },
    onSync(handler) {
      syncHandlers.add(handler);
      return () => void syncHandlers.delete(handler);
    },
    async transact(operations, { timeoutMs = 10_000 } = {}) {
      if (!connection) await client.whenSynced(timeoutMs);
      if (!connection || !schema) throw unavailable(database);
      const current = schema;
      const reply = await connection.request("transact", [database, ...operations.map((operation) => encodeOperation(current, operation))]);
      return decodeResults(current, operations, reply);
    },
  };
  return client;
}
