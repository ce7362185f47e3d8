// One watch request: the events of its answer, one JSON object a line, until the server ends it or it falls silent.
import type { KubeObject } from "../../models/kind.ts";
import type { Connection } from "../kube/connection.ts";
import { errorOfNetwork, errorOfStatus } from "../kube/status-error.ts";

export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: KubeObject & { code?: number; message?: string };
}

/** The resourceVersion is too old for the server: only a new list helps. */
export class Gone extends Error {
  override readonly name = "Gone";
}

/** The server asked to come back later. */
export class Later extends Error {
  override readonly name = "Later";
  readonly afterMs: number;
  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

const newline = 10;

/** Splits a byte stream into lines; a long line that comes in many pieces is joined once. */
export class LineSplitter {
  #pieces: Buffer[] = [];

  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      const line = this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece]);
      this.#pieces = [];
      if (line.length > 0) yield line.toString("utf8");
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
  }
}

function refusal(status: number, text: string, retryAfter: unknown): Error {
  if (status === 410) return new Gone("the watch's resourceVersion is too old");
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page is as good as a Status for the message.
  }
  const error = errorOfStatus(status, body, "WATCH");
  const seconds = Number(retryAfter);
  return retryAfter !== undefined && Number.isFinite(seconds) ? new Later(error.message, seconds * 1000) : error;
}

/** ERROR events reject: Gone for 410, KumulusError for the rest. Returns when the server ended the watch in good order. */
export async function* watchEvents(
  connection: Connection,
  path: string,
  options: { accept: string; silenceMs: number; signal: AbortSignal },
): AsyncGenerator<WatchEvent> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(new Error(`no byte for ${options.silenceMs} ms`)), options.silenceMs).unref();
  const signal = AbortSignal.any([options.signal, silent.signal]);
  try {
    const headers = { accept: options.accept, ...(await connection.headers()) };
    const request = { origin: connection.origin, path: connection.basePath + path, method: "GET" as const, headers, signal };
    const response = await connection.watches.request(request);
    if (response.statusCode === 401) connection.expire();
    if (response.statusCode !== 200) throw refusal(response.statusCode, await response.body.text(), response.headers["retry-after"]);
    const lines = new LineSplitter();
    for await (const chunk of response.body) {
      timer.refresh();
      for (const line of lines.push(chunk as Buffer)) {
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === "ERROR") throw refusal(event.object.code ?? 500, JSON.stringify(event.object), undefined);
        yield event;
      }
    }
  } catch (error) {
    if (error instanceof Gone || error instanceof Later || (error as Error).name === "KumulusError") throw error;
    throw errorOfNetwork(silent.signal.aborted ? silent.signal.reason : error, "WATCH");
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}
