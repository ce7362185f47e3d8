// Writes replies and faults.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { discardRest } from "./body.ts";
import type { Reply } from "./route.ts";

type Headers = Record<string, string | number>;

/** Statuses that must not have a body. */
const bodiless = new Set([204, 205, 304]);

/** No `Connection: close` where a body is still on its way: Node.js then resets the connection, and its sender may never see the answer. */
function finish(message: IncomingMessage, response: ServerResponse, status: number, headers: Headers, content: string | Buffer): void {
  response.writeHead(status, headers).end(content);
  discardRest(message);
}

/** Sends a text or buffer with its length, a stream as it comes. Rejects when the client goes away in the middle of a stream. */
export async function sendReply(
  message: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  status: number,
  headers: Headers,
): Promise<void> {
  Object.assign(headers, reply.headers);
  const { content, body } = reply;
  if (content instanceof Readable) {
    response.writeHead(status, headers);
    if (message.method !== "HEAD") return pipeline(content, response);
    content.destroy();
    response.end();
    return;
  }
  if (bodiless.has(status)) return finish(message, response, status, headers, "");
  const text = content ?? (body === undefined ? "" : JSON.stringify(body));
  if (body !== undefined && content === undefined) headers["Content-Type"] ??= "application/json";
  headers["Content-Length"] ??= Buffer.byteLength(text);
  finish(message, response, status, headers, text);
}

export function sendFault(
  message: IncomingMessage,
  response: ServerResponse,
  status: number,
  { contentType, body }: { contentType: string; body: string },
  headers: Headers,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  headers["Content-Type"] = contentType;
  headers["Content-Length"] = Buffer.byteLength(body);
  finish(message, response, status, headers, body);
}
