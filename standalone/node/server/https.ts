// An HTTPS server that only answers to holders of a certificate of one CA.
import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";

export interface ServerOptions {
  address: string;
  port: number;
  certificate: Certificate;
  /** PEM; nobody is let in when undefined. */
  clientCA: string | undefined;
  /** Common names of the clients that are let in; all that the CA vouches for when empty. */
  clientNames?: readonly string[];
  /** Requests that need no client certificate. */
  isOpen?: (request: IncomingMessage) => boolean;
  handle: RequestListener;
  upgrade?: (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void;
}

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

function isKnown(socket: TLSSocket, { clientCA, clientNames = [] }: ServerOptions): boolean {
  if (clientCA === undefined || !socket.authorized) return false;
  const name = socket.getPeerCertificate().subject?.CN;
  return clientNames.length === 0 || clientNames.includes(String(name));
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { certificate, clientCA, isOpen = () => false } = options;
  const server: Server = createServer({
    ...certificate,
    requestCert: true,
    rejectUnauthorized: false,
    ...(clientCA ? { ca: clientCA } : {}),
  });
  server.on("request", (request, response) => {
    if (isKnown(request.socket as TLSSocket, options) || isOpen(request)) options.handle(request, response);
    else response.writeHead(401, { "content-type": "text/plain" }).end("Unauthorized\n");
  });
  server.on("upgrade", (request, socket, head) => {
    if (options.upgrade && isKnown(request.socket as TLSSocket, options)) options.upgrade(request, socket as TLSSocket, head);
    else socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");
  });
  server.listen(options.port, options.address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
