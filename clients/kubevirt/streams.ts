// The serial console and the VNC screen of a guest as byte streams (WebSocket with KubeVirt's subprotocol for raw bytes).
import { once } from "node:events";
import { Duplex } from "node:stream";
import { type Dispatcher, WebSocket } from "undici";
import { KumulusError } from "../../domain/errors.ts";
import type { KubeClient, ObjectKey } from "../../operator/contract.ts";
import { inKubeVirtsWords, subresourcePath } from "./subresources.ts";

/** The part of the process's connection to the API server that a WebSocket needs. */
export interface StreamConnection {
  readonly server: string;
  readonly watches: Dispatcher;
  headers(): Promise<Record<string, string>>;
}

const subprotocol = "plain.kubevirt.io";
/** Above this much unsent data the writer has to wait. */
const highWaterBytes = 1024 * 1024;
const openTimeoutMs = 10_000;

export interface GuestStreams {
  /** Serial console, both ways. */
  console(guest: ObjectKey): Promise<Duplex>;
  /** RFB. A new viewer drops the one before it unless `preserveSession`. */
  vnc(guest: ObjectKey, options?: { preserveSession?: boolean }): Promise<Duplex>;
}

/** Both reject with KumulusError in KubeVirt's words when the guest has no run or does not run. */
export function guestStreams(connection: StreamConnection, client: Pick<KubeClient, "request">): GuestStreams {
  async function open(path: string): Promise<Duplex> {
    const url = new URL(`${connection.server.replace(/\/$/, "")}${path}`);
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    const headers = await connection.headers();
    const socket = new WebSocket(url, { protocols: subprotocol, dispatcher: connection.watches, headers });
    socket.binaryType = "arraybuffer";
    const stream = socketStream(socket);
    try {
      const signal = AbortSignal.timeout(openTimeoutMs);
      // An EventTarget's error does not reject `once`: close comes after it.
      await Promise.race([once(socket, "open", { signal }), once(socket, "close", { signal })]);
    } catch {
      // Too late: the socket is not open, which says it all.
    }
    if (socket.readyState === WebSocket.OPEN) return stream;
    stream.destroy();
    throw await refusal(path);
  }

  /** A refused WebSocket does not tell why; the same request without an upgrade does. */
  async function refusal(path: string): Promise<unknown> {
    try {
      await client.request("GET", path);
      return new KumulusError("Unavailable", "The guest's stream can not be opened");
    } catch (error) {
      return inKubeVirtsWords(error);
    }
  }

  return {
    console: (guest) => open(subresourcePath("virtualmachineinstances", guest, "console")),
    vnc: (guest, { preserveSession } = {}) =>
      open(`${subresourcePath("virtualmachineinstances", guest, "vnc")}${preserveSession ? "?preserveSession=true" : ""}`),
  };
}

/** Listens from the start, so that no byte is lost between `open` and the first reader. */
function socketStream(socket: WebSocket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      socket.send(chunk);
      waitForRoom(socket, done);
    },
    final(done) {
      socket.close();
      done();
    },
    destroy(error, done) {
      if (socket.readyState <= WebSocket.OPEN) socket.close();
      done(error);
    },
  });
  // An aborted start ends in an error that nobody may listen for yet.
  stream.on("error", () => undefined);
  socket.addEventListener("message", ({ data }) => {
    if (!stream.destroyed) stream.push(Buffer.from(data));
  });
  socket.addEventListener("close", () => {
    if (!stream.destroyed) stream.push(null);
    if (!stream.writableEnded) stream.end();
  });
  socket.addEventListener("error", () => stream.destroy(new KumulusError("Unavailable", "The guest's stream was cut")));
  return stream;
}

function waitForRoom(socket: WebSocket, done: () => void): void {
  if (socket.bufferedAmount < highWaterBytes || socket.readyState !== WebSocket.OPEN) done();
  else setTimeout(() => waitForRoom(socket, done), 10);
}
