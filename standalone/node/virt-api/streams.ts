// console and vnc: WebSockets of the subprotocol plain.kubevirt.io, joined to the guest's unix sockets.
import type { Server } from "node:https";
import { createConnection, type Socket } from "node:net";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { KubeClient, Log } from "../../../operator/contract.ts";
import { guestPaths } from "../guest/guest-paths.ts";
import type { Hypervisor } from "../guest/hypervisor.ts";
import { group, version } from "./discovery.ts";
import { runningGuest } from "./instance-verbs.ts";
import { Refusal } from "./status-error.ts";

const subprotocol = "plain.kubevirt.io";
const path = new RegExp(`^/apis/${group}/${version}/namespaces/([^/]+)/virtualmachineinstances/([^/]+)/(console|vnc)$`);

interface StreamOptions {
  client: KubeClient;
  hypervisor: Hypervisor;
  runDir: string;
  log: Log;
}

/** One viewer a guest: a new one takes the place of the one before, as in KubeVirt. */
export function serveStreams(server: Server, { client, hypervisor, runDir, log }: StreamOptions): void {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (asked) => (asked.has(subprotocol) ? subprotocol : false) });
  const viewers = new Map<string, Socket>();

  async function guestSocket(url: string): Promise<string> {
    const [target = ""] = url.split("?");
    const [, namespace = "", name = "", stream] = path.exec(target) ?? [];
    if (!stream) throw new Refusal(404, "NotFound", "404: Page Not Found");
    const uid = await runningGuest(client, hypervisor, { name: decodeURIComponent(name), namespace: decodeURIComponent(namespace) });
    const paths = guestPaths(runDir, uid);
    return stream === "vnc" ? paths.vnc : paths.console;
  }

  server.on("upgrade", (request, connection: Socket, head) => {
    guestSocket(request.url ?? "").then(
      (socketPath) => {
        viewers.get(socketPath)?.destroy();
        const guest = createConnection(socketPath);
        viewers.set(socketPath, guest);
        guest.once("error", () => connection.destroy());
        guest.once("close", () => viewers.get(socketPath) === guest && viewers.delete(socketPath));
        guest.once("connect", () =>
          sockets.handleUpgrade(request, connection, head, (socket) => {
            const stream = createWebSocketStream(socket);
            stream.once("error", () => guest.destroy());
            guest.once("close", () => socket.close());
            stream.pipe(guest).pipe(stream);
          }),
        );
      },
      (error: unknown) => {
        const status = error instanceof Refusal ? error.status : 500;
        log.info({ url: request.url, status }, "no stream");
        connection.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n`);
      },
    );
  });
}
