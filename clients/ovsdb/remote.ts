// Addresses of databases as OVS writes them (unix:PATH, tcp:HOST:PORT, ssl:HOST:PORT) and a socket to one.
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { KumulusError } from "../../domain/errors.ts";

/** PEM texts for `ssl:` remotes. The server's chain is checked against `ca`; its name is not, as OVS's own tools do. */
export interface TlsOptions {
  key: string;
  cert: string;
  ca: string;
}

/** A connected socket, or KumulusError Unavailable. */
export function openSocket(remote: string, tls: TlsOptions | undefined, signal: AbortSignal, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const { socket, ready } = socketTo(remote, tls);
  const stop = (cause?: unknown) => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    socket.destroy();
    reject(new KumulusError("Unavailable", `No connection to ${remote}`, { cause }));
  };
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener("abort", stop);
  socket.once("error", stop);
  socket.once(ready, () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    socket.off("error", stop);
    resolve(socket);
  });
  if (signal.aborted) stop();
  return promise;
}

function socketTo(remote: string, tls: TlsOptions | undefined): { socket: Socket; ready: "connect" | "secureConnect" } {
  const [, kind, rest = ""] = /^(unix|tcp|ssl):(.+)$/.exec(remote) ?? [];
  if (kind === "unix") return { socket: connect({ path: rest }), ready: "connect" };
  const [, host = "", port] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(rest) ?? [];
  const address = { host, port: Number(port ?? 6640) };
  if (kind === "tcp") return { socket: connect({ ...address, noDelay: true }), ready: "connect" };
  if (kind === "ssl" && tls) {
    return { socket: connectTls({ ...address, ...tls, checkServerIdentity: () => undefined }), ready: "secureConnect" };
  }
  throw new KumulusError("Invalid", kind === "ssl" ? `${remote} needs a key, a certificate and a CA` : `Not a database address: ${remote}`);
}
