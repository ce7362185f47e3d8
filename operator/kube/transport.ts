// One HTTP exchange with the API server: pooled connection, authorization, retries that cannot do a write twice, metrics.
import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { tracing } from "../tracing.ts";
import type { Connection } from "./connection.ts";
import { errorOfNetwork, errorOfStatus } from "./status-error.ts";

export interface Exchange {
  method: string;
  path: string;
  body?: unknown;
  contentType?: string;
  accept?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  body: unknown;
}

/** Called once a request ended; status 0 means that no answer came. */
export type OnRequest = (method: string, status: number, seconds: number) => void;

const tries = 4;
const longestRetryAfterMs = 5_000;
/** Failures in which the request was certainly not processed. */
const neverSent = new Set(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function parseBody(text: string, contentType: unknown, what: string): unknown {
  if (!String(contentType ?? "").includes("json") || text === "") return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw errorOfNetwork(error, what);
  }
}

function retryDelayMs(retryAfter: unknown, attempt: number): number {
  const seconds = Number(retryAfter);
  const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 100 * 2 ** attempt;
  return Math.min(asked, longestRetryAfterMs) * (0.9 + Math.random() * 0.2);
}

const codeOf = (error: unknown) => (error as { code?: string; cause?: { code?: string } }).code ?? "";

async function once(connection: Connection, exchange: Exchange): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = { accept: exchange.accept ?? "application/json", ...(await connection.headers()) };
  if (exchange.body !== undefined) headers["content-type"] = exchange.contentType ?? "application/json";
  const timeout = AbortSignal.timeout(exchange.timeoutMs ?? 30_000);
  return connection.verbs.request({
    origin: connection.origin,
    path: connection.basePath + exchange.path,
    method: exchange.method as Dispatcher.HttpMethod,
    headers,
    body: exchange.body === undefined ? null : JSON.stringify(exchange.body),
    signal: exchange.signal ? AbortSignal.any([timeout, exchange.signal]) : timeout,
    // undici closes the connection after a DELETE that has a body unless told not to.
    reset: false,
  });
}

/** Rejects with KumulusError unless the status is 2xx. Refused credentials are read again once; 429 and 503 with Retry-After are waited out (the server did not act); so is a lost GET. */
export function exchange(connection: Connection, request: Exchange, onRequest: OnRequest): Promise<Answer> {
  const [path = ""] = request.path.split("?");
  const attributes = { "http.request.method": request.method, "url.path": path };
  return tracing().span(`kube ${request.method}`, { kind: "client", attributes }, () => attempts(connection, request, onRequest));
}

async function attempts(connection: Connection, request: Exchange, onRequest: OnRequest): Promise<Answer> {
  const what = `${request.method} ${request.path.split("?")[0]}`;
  for (let attempt = 0; ; attempt += 1) {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const last = attempt + 1 >= tries || request.signal?.aborted === true;
    let status = 0;
    try {
      const response = await once(connection, request);
      const text = await response.body.text();
      status = response.statusCode;
      onRequest(request.method, status, seconds());
      const body = parseBody(text, response.headers["content-type"], what);
      if (status >= 200 && status < 300) return { status, body };
      if (status === 401 && attempt === 0) {
        connection.expire();
        continue;
      }
      const waitable = status === 429 || (status === 503 && response.headers["retry-after"] !== undefined);
      if (last || !waitable) throw errorOfStatus(status, body, what);
      await sleep(retryDelayMs(response.headers["retry-after"], attempt), undefined, { signal: request.signal });
    } catch (error) {
      if (status !== 0) throw error;
      onRequest(request.method, 0, seconds());
      const repeatable = request.method === "GET" || neverSent.has(codeOf(error));
      const timedOut = error instanceof Error && error.name === "TimeoutError";
      if (last || !repeatable || timedOut) throw errorOfNetwork(error, what);
      await sleep(50 * 2 ** attempt);
    }
  }
}
