// Keeps a store equal to one kind on the API server: a paged list, then watches from where it ended, for ever, through every failure.
import { setTimeout as sleep, setImmediate as yieldToOthers } from "node:timers/promises";
import { isCode, KumulusError } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Log } from "../contract.ts";
import type { ApiClient } from "../kube/client.ts";
import { apiVersionOf, collectionPath, kindName, type Query, withQuery } from "../kube/path.ts";
import { Backoff } from "./backoff.ts";
import type { Store } from "./store.ts";
import { Gone, Later, type WatchEvent, watchEvents } from "./watch-stream.ts";

/** Which objects of a kind a cache holds, and how much of each. */
export interface Scope {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Only `metadata` is fetched: for kinds that we merely count or look up. */
  metadataOnly?: boolean;
}

export interface ReflectorTiming {
  firstBackoffMs: number;
  longestBackoffMs: number;
  /** A watch that lived so long was healthy: the next failure starts with the shortest delay again. */
  healthyMs: number;
  watchSeconds: () => number;
  /** Silence is allowed for the watch's own length and this. */
  silenceMs: number;
  /** Pause between looks for an engine's kind that is absent. */
  absentMs: number;
}

export const defaultTiming: ReflectorTiming = {
  firstBackoffMs: 800,
  longestBackoffMs: 30_000,
  healthyMs: 60_000,
  watchSeconds: () => 300 + Math.floor(Math.random() * 300),
  silenceMs: 30_000,
  absentMs: 5_000,
};

export interface ReflectorStats {
  lists: number;
  watches: number;
  failures: number;
  events: number;
  /** performance.now() when the server last said anything about this kind. */
  heardAt: number;
}

export interface ReflectorOptions<T extends KubeObject> {
  client: ApiClient;
  kind: Kind<T>;
  store: Store<T>;
  scope: Scope;
  timing: ReflectorTiming;
  log: Log;
  signal: AbortSignal;
  stats: ReflectorStats;
}

interface Page<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

const pageSize = 500;
/** Objects taken in without letting others run: about 5 ms. */
const sliceSize = 100;
const jsonOf = (form: string) => `application/json;as=${form};g=meta.k8s.io;v=v1`;

async function fetchPage<T extends KubeObject>(options: ReflectorOptions<T>, query: Query): Promise<Page<T>> {
  const { client, kind, scope, signal } = options;
  const { namespace, labelSelector, fieldSelector, metadataOnly } = scope;
  const path = withQuery(collectionPath(kind, namespace), { labelSelector, fieldSelector, ...query });
  const answer = await client.exchange({
    method: "GET",
    path,
    signal,
    ...(metadataOnly && { accept: jsonOf("PartialObjectMetadataList") }),
  });
  return answer.body as Page<T>;
}

/** Items of a list come without their own kind where it is Kubernetes'. */
function identify<T extends KubeObject>(kind: Kind<T>, object: T): T {
  object.apiVersion = apiVersionOf(kind);
  object.kind = kind.kind;
  return object;
}

/** The pages of a list; while one is taken in the next is under way. */
async function* pagesOf<T extends KubeObject>(options: ReflectorOptions<T>, limit: number | undefined): AsyncGenerator<Page<T>> {
  let next: Promise<Page<T>> | undefined = fetchPage(options, { limit });
  while (next) {
    const page: Page<T> = await next;
    const cursor = page.metadata.continue;
    next = cursor ? fetchPage(options, { limit, continue: cursor }) : undefined;
    // Whoever gives up in the middle waits for no more pages: their failure is nobody's.
    next?.catch(() => undefined);
    yield page;
  }
}

async function takePages<T extends KubeObject>(options: ReflectorOptions<T>, limit: number | undefined): Promise<string> {
  const { kind, store, signal, stats } = options;
  const listMark = store.beginList();
  const initial = !store.synced;
  const seen = new Set<string>();
  let version = "";
  for await (const page of pagesOf(options, limit)) {
    for (const [index, item] of page.items.entries()) {
      if (index % sliceSize === 0) await yieldToOthers();
      seen.add(store.observe(identify(kind, item), { initial, listMark }));
    }
    signal.throwIfAborted();
    stats.heardAt = performance.now();
    version = page.metadata.resourceVersion;
  }
  store.endList(seen, listMark);
  store.hear(version);
  return version;
}

/** Lists once; tells the resourceVersion to watch from. A list whose pages expired is asked for again in one piece. */
async function relist<T extends KubeObject>(options: ReflectorOptions<T>): Promise<string> {
  options.stats.lists += 1;
  try {
    return await takePages(options, pageSize);
  } catch (error) {
    if (!(error instanceof KumulusError && (error.reason === "Expired" || error.reason === "Gone"))) throw error;
    return takePages(options, undefined);
  }
}

function take<T extends KubeObject>({ kind, store }: ReflectorOptions<T>, event: WatchEvent): void {
  if (event.type === "BOOKMARK") return;
  const object = identify(kind, event.object as T);
  if (event.type === "DELETED") store.observeDeletion(object);
  else store.observe(object);
}

/** Watches until the server ends the watch in good order. `advance` is called after the handlers of each event ran. */
async function follow<T extends KubeObject>(options: ReflectorOptions<T>, from: string, advance: (version: string) => void): Promise<void> {
  const { client, kind, scope, timing, signal, stats } = options;
  const { namespace, labelSelector, fieldSelector, metadataOnly } = scope;
  const timeoutSeconds = timing.watchSeconds();
  const query = { watch: true, allowWatchBookmarks: true, timeoutSeconds, resourceVersion: from, labelSelector, fieldSelector };
  const accept = metadataOnly ? jsonOf("PartialObjectMetadata") : "application/json";
  const silenceMs = timeoutSeconds * 1000 + timing.silenceMs;
  stats.watches += 1;
  for await (const event of watchEvents(client.connection, withQuery(collectionPath(kind, namespace), query), {
    accept,
    silenceMs,
    signal,
  })) {
    stats.heardAt = performance.now();
    stats.events += 1;
    take(options, event);
    const version = event.object.metadata.resourceVersion ?? from;
    options.store.hear(version);
    advance(version);
  }
}

/** Nobody listens: the server is being restarted, and asking again costs nobody anything. */
const longestRefusedMs = 1_500;
const isRefused = (error: unknown) => ((error as Error).cause as { code?: string } | undefined)?.code === "ECONNREFUSED";

/** True when the list was refused because the API server does not have the engine's kind. Told in the log once, not at every look. */
function isAbsent<T extends KubeObject>({ kind, store, stats, log }: ReflectorOptions<T>, error: unknown, wasWatched: boolean): boolean {
  if (kind.engine === undefined || wasWatched || !isCode(error, "NotFound")) return false;
  if (!store.absent) log.warn({ kind: kindName(kind), engine: kind.engine }, "the API server does not have this kind; looking for it");
  store.vanish();
  stats.heardAt = performance.now();
  return true;
}

/** Resolves when the signal aborts, never before, and never rejects. */
export async function reflect<T extends KubeObject>(options: ReflectorOptions<T>): Promise<void> {
  const { kind, timing, log, signal, stats } = options;
  const backoff = new Backoff({ firstMs: timing.firstBackoffMs, longestMs: timing.longestBackoffMs, jitter: 0.5 });
  let version: string | undefined;
  let wasGone = false;
  while (!signal.aborted) {
    const started = performance.now();
    const lived = () => performance.now() - started;
    let delayMs = 0;
    try {
      version ??= await relist(options);
      await follow(options, version, (next) => {
        version = next;
        wasGone = false;
      });
      if (lived() >= timing.healthyMs) backoff.reset();
      // A server that ends watches at once must not be asked in a tight loop.
      if (lived() < 1_000) delayMs = backoff.nextMs();
    } catch (error) {
      if (signal.aborted) return;
      stats.failures += 1;
      if (lived() >= timing.healthyMs) backoff.reset();
      const absent = isAbsent(options, error, version !== undefined);
      const gone = error instanceof Gone;
      // A kind that was removed may have come back with other versions: the next list tells.
      if (gone || isCode(error, "NotFound")) version = undefined;
      delayMs = gone && !wasGone ? 0 : backoff.nextMs();
      if (isRefused(error)) delayMs = Math.min(delayMs, longestRefusedMs);
      if (error instanceof Later) delayMs = Math.max(delayMs, error.afterMs);
      wasGone = gone;
      if (absent) delayMs = timing.absentMs * (0.9 + Math.random() * 0.2);
      else
        log.warn(
          { kind: kindName(kind), error: (error as Error).message, delayMs: Math.round(delayMs) },
          "list or watch ended; trying again",
        );
    }
    if (delayMs > 0) await sleep(delayMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
