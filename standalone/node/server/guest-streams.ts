// Serial console and VNC screen over WebSockets: raw bytes between the client and the guest's unix socket.
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type WebSocket, WebSocketServer } from "ws";
import { guestPaths } from "../guest/guest-paths.ts";

const subprotocol = "plain.kubevirt.io";
/** Above this much unsent data the guest has to wait. */
const highWaterBytes = 1024 * 1024;

export interface GuestStreamServer {
  open(request: IncomingMessage, socket: TLSSocket, head: Buffer, stream: "console" | "vnc", uid: string): void;
  close(): void;
}

function bridge(client: WebSocket, guest: Socket): void {
  client.binaryType = "nodebuffer";
  client.on("message", (data: Buffer) => {
    if (!guest.write(data)) client.pause();
  });
  guest.on("drain", () => client.resume());
  guest.on("data", (data: Buffer) => {
    client.send(data, { binary: true }, () => {
      if (guest.isPaused() && client.bufferedAmount < highWaterBytes) guest.resume();
    });
    if (client.bufferedAmount > highWaterBytes) guest.pause();
  });
  guest.on("close", () => client.close());
  guest.on("error", () => client.close());
  client.on("close", () => guest.destroy());
  client.on("error", () => guest.destroy());
}

/** A new viewer drops the one before it on the same stream, unless it asks to preserve the session. */
export function guestStreamServer(runDir: string): GuestStreamServer {
  const server = new WebSocketServer({ noServer: true, handleProtocols: (asked) => (asked.has(subprotocol) ? subprotocol : false) });
  const current = new Map<string, WebSocket>();
  return {
    open(request, socket, head, stream, uid) {
      const slot = `${stream}/${uid}`;
      const preserve = new URL(request.url ?? "/", "https://localhost").searchParams.get("preserveSession") === "true";
      if (preserve && current.has(slot)) {
        socket.end("HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => {
        current.get(slot)?.close();
        current.set(slot, client);
        client.on("close", () => {
          if (current.get(slot) === client) current.delete(slot);
        });
        bridge(client, connect(guestPaths(runDir, uid)[stream]));
      });
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
