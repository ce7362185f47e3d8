// JSON-RPC 1.0 on one socket (RFC 7047 section 4): requests, notifications, echo both ways, and a probe for dead peers.
import type { Socket } from "node:net";
import { KumulusError } from "../../domain/errors.ts";
import { jsonStream } from "./json-stream.ts";

interface Message {
  id?: unknown;
  method?: string;
  params?: unknown[];
  result?: unknown;
  error?: unknown;
}

export interface RpcOptions {
  /** Called for every notification, in order. What it throws ends the connection. */
  onNotification(method: string, params: unknown[]): void;
  /** Silence after which the peer is asked for an echo; as much again without any byte ends the connection. 0 = never ask. */
  probeMs: number;
}

export interface Rpc {
  /** Rejects with KumulusError: Unavailable when the connection ended first, NotImplemented for an unknown method, else Invalid. */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  close(reason: string): void;
  /** Resolves with the reason when the connection is over. */
  readonly closed: Promise<string>;
}

function rpcError(method: string, error: unknown): KumulusError {
  const text = typeof error === "string" ? error : ((error as { error?: string }).error ?? "error");
  const code = text === "unknown method" ? "NotImplemented" : "Invalid";
  return new KumulusError(code, `The database refused ${method}: ${JSON.stringify(error)}`, { reason: text });
}

/** Takes over a connected socket. */
export function createRpc(socket: Socket, options: RpcOptions): Rpc {
  const pending = new Map<number, { method: string; resolve(value: unknown): void; reject(error: unknown): void }>();
  const closed = Promise.withResolvers<string>();
  const parse = jsonStream();
  let nextId = 1;
  let over = false;
  let probed = false;

  const send = (message: Message) => socket.write(JSON.stringify(message));

  function close(reason: string): void {
    if (over) return;
    over = true;
    clearTimeout(probe);
    socket.destroy();
    for (const { reject } of pending.values()) reject(new KumulusError("Unavailable", `Connection to the database lost: ${reason}`));
    pending.clear();
    closed.resolve(reason);
  }

  function receive(message: Message): void {
    if (message.method !== undefined) {
      if (message.method === "echo") send({ id: message.id, result: message.params ?? [], error: null });
      else options.onNotification(message.method, message.params ?? []);
      return;
    }
    const waiter = pending.get(Number(message.id));
    pending.delete(Number(message.id));
    if (message.error === null || message.error === undefined) waiter?.resolve(message.result);
    else waiter?.reject(rpcError(waiter.method, message.error));
  }

  function onSilence(): void {
    if (probed) {
      close(`no answer for ${2 * options.probeMs} ms`);
      return;
    }
    probed = true;
    send({ id: "echo", method: "echo", params: [] });
    probe.refresh();
  }

  const probe = setTimeout(onSilence, options.probeMs || 2 ** 31 - 1);
  probe.unref();
  if (options.probeMs === 0) clearTimeout(probe);

  socket.on("data", (chunk) => {
    probed = false;
    if (options.probeMs > 0) probe.refresh();
    try {
      for (const message of parse(chunk)) if (!over) receive(message as Message);
    } catch (error) {
      close(error instanceof Error ? error.message : String(error));
    }
  });
  socket.on("error", (error) => close(error.message));
  socket.on("close", () => close("closed by the peer"));

  return {
    closed: closed.promise,
    close,
    request(method, params) {
      if (over) return Promise.reject(new KumulusError("Unavailable", "Connection to the database lost"));
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const id = nextId++;
      pending.set(id, { method, resolve, reject });
      send({ id, method, params: [...params] });
      return promise;
    },
  };
}
