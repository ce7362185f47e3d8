// Reads a request's JSON body within a limit, and never the rest of one that is too long.
import type { IncomingMessage, ServerResponse } from "node:http";
import { KumulusError } from "../../domain/errors.ts";

export const defaultBodyLimitBytes = 1024 * 1024;
const jsonTypes = ["application/json"];
/** A JSON body is there within this time; uploads, which handlers read themselves, may take longer. */
const bodyTimeoutMs = 60_000;

function tooLarge(limit: number): KumulusError {
  return new KumulusError("TooLarge", `Request is too large: the body may have ${limit} bytes.`);
}

/** Asks a client that sent `Expect: 100-continue` for the body; such a client has sent nothing yet, so refusing it costs nothing. */
export function invite(message: IncomingMessage, response: ServerResponse): void {
  if (message.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
}

export function hasBody(message: IncomingMessage): boolean {
  const { headers } = message;
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

function collect(message: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => settle(late), bodyTimeoutMs).unref();
    const settle = (action: () => void) => {
      clearTimeout(timer);
      message.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
      action();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) return settle(() => reject(tooLarge(limit)));
      chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks)));
    const late = () => reject(new KumulusError("Invalid", "The request's body did not arrive in time.", { status: 408 }));
    const cut = () => reject(new KumulusError("Invalid", "The request's body ended early."));
    const onError = () => settle(cut);
    const onClose = () => settle(cut);
    message.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
  });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new KumulusError("Invalid", "Malformed request body: it is not valid JSON.");
  }
}

/** The parsed body, undefined for none. TooLarge (413), UnsupportedMediaType (415) and Invalid (400, no JSON). */
export async function readJSON(
  message: IncomingMessage,
  response: ServerResponse,
  { bodyLimitBytes: limit = defaultBodyLimitBytes, mediaTypes = jsonTypes }: { bodyLimitBytes?: number; mediaTypes?: readonly string[] },
): Promise<unknown> {
  if (!hasBody(message)) return undefined;
  if (Number(message.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
  const type = message.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && !mediaTypes.includes(type)) {
    throw new KumulusError("UnsupportedMediaType", `Unsupported Content-Type ${type}: use ${mediaTypes.join(" or ")}.`);
  }
  invite(message, response);
  const bytes = await collect(message, limit);
  return bytes.length === 0 ? undefined : parsed(bytes);
}

/** How much of a refused body is read and thrown away so that its sender sees the answer instead of a reset connection, and how long. */
const lingerBytes = 512 * 1024 * 1024;
const lingerMs = 10_000;

/** After an answer that did not wait for the body: discards what still comes, without keeping any of it, and closes when that is too much. */
export function discardRest(message: IncomingMessage): void {
  if (message.complete || message.destroyed) return;
  let left = lingerBytes;
  const timer = setTimeout(() => message.destroy(), lingerMs).unref();
  message.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) message.destroy();
  });
  message.on("error", () => undefined);
  message.on("close", () => clearTimeout(timer));
  message.resume();
}
