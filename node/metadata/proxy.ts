// Answers guests: one HTTP server for the sockets of all networks, which asks the API who a guest is by the network and the address it comes from.
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Server, Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { signedMetadataPath } from "../../domain/compute/metadata/url.ts";
import type { Log } from "../../operator/contract.ts";

export interface Proxy {
  /** Serves a network's guests on an open socket until it is closed. */
  serve(networkID: string, socket: Server): void;
  close(): void;
}

export interface ProxyOptions {
  /** Where the API is, without a path. */
  readonly apiURL: string;
  readonly key: () => Promise<Uint8Array>;
  readonly log: Log;
}

/** A network's guests may have so many connections at a time: no network takes the others' share. */
const connectionsOfNetwork = 128;
/** Guests are strangers: who is silent or says much loses the connection. */
const limits = { keepAliveTimeout: 5_000, maxHeaderSize: 8 * 1024 };
const silenceMs = 15_000;
const answerTimeoutMs = 10_000;
const questionLifetimeSeconds = 300;

export function createProxy({ apiURL, key, log }: ProxyOptions): Proxy {
  const secure = apiURL.startsWith("https:");
  const agent = secure ? new SecureAgent({ keepAlive: true, maxSockets: 8 }) : new Agent({ keepAlive: true, maxSockets: 8 });
  const networks = new WeakMap<Socket, string>();

  function ask(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { agent, timeout: answerTimeoutMs };
      const asked = (secure ? secureRequest : request)(`${apiURL}${path}`, options, resolve);
      asked.on("timeout", () => asked.destroy(new Error(`no answer within ${answerTimeoutMs} ms`)));
      asked.on("error", reject);
      asked.end();
    });
  }

  async function answer(guest: IncomingMessage, response: ServerResponse): Promise<void> {
    const network = networks.get(guest.socket);
    const address = guest.socket.remoteAddress?.replace(/^::ffff:/, "");
    if (network === undefined || address === undefined) return void response.destroy();
    if (guest.method !== "GET" && guest.method !== "HEAD") return say(response, 405, "Method Not Allowed");
    const path = (guest.url ?? "/").split("?")[0] ?? "/";
    const expires = Math.floor(Date.now() / 1000) + questionLifetimeSeconds;
    const told = await ask(signedMetadataPath({ network, address, path, expires }, await key()));
    if (told.statusCode === 200) {
      const { "content-type": type = "text/plain", "content-length": length } = told.headers;
      response.writeHead(200, { "content-type": type, ...(length === undefined ? {} : { "content-length": length }) });
      if (guest.method === "HEAD") {
        told.resume();
        return void response.end();
      }
      return pipeline(told, response);
    }
    told.resume();
    if (told.statusCode === 404) return say(response, 404, "Not Found");
    throw new Error(`the API says ${told.statusCode}`);
  }

  const server = createServer(limits, (guest, response) => {
    answer(guest, response).catch((error: unknown) => {
      log.warn({ error, network: networks.get(guest.socket) }, "A guest's metadata could not be had");
      if (response.headersSent) response.destroy();
      else say(response, 503, "Service Unavailable");
    });
  });

  // Node's other limits of time count for sockets that the server itself has opened.
  server.setTimeout(silenceMs);
  return {
    serve(networkID, socket) {
      socket.maxConnections = connectionsOfNetwork;
      socket.on("connection", (connection) => {
        networks.set(connection, networkID);
        server.emit("connection", connection);
      });
    },
    close: () => agent.destroy(),
  };
}

/** Faults are pages for people in Nova, too. */
function say(response: ServerResponse, status: number, title: string): void {
  const page = `<html>\n <head>\n  <title>${status} ${title}</title>\n </head>\n <body>\n  <h1>${status} ${title}</h1>\n </body>\n</html>\n`;
  response.writeHead(status, { "content-type": "text/html; charset=UTF-8", "content-length": Buffer.byteLength(page) }).end(page);
}
