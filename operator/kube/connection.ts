// The process's connections to the API server: one keep-alive pool for verbs, one for watches, credentials read again when they rotate.
import { readFileSync } from "node:fs";
import type { Dispatcher } from "undici";
import { Agent } from "./agent.ts";
import { type Credentials, defaultKubeconfig, inClusterCredentials, readKubeconfig, type Secretive } from "./kubeconfig.ts";

export interface Connection {
  /** Base URL without a trailing slash. */
  readonly server: string;
  readonly origin: string;
  /** Path before every request's path; "" for most servers. */
  readonly basePath: string;
  readonly verbs: Dispatcher;
  /** Each watch holds one connection of this pool for as long as it lasts. */
  readonly watches: Dispatcher;
  /** Authorization for the next request. */
  headers(): Promise<Record<string, string>>;
  /** The server refused the credentials: they are read again for the next request. */
  expire(): void;
  close(): Promise<void>;
}

/** Rotated tokens and certificates are seen after this time at the latest. */
const rereadMs = 30_000;

interface Pools {
  fingerprint: string;
  verbs: Agent;
  watches: Agent;
}

function read(source: Secretive | undefined): string | undefined {
  if (source?.file === undefined) return source?.data;
  return readFileSync(source.file, "utf8");
}

function makePools(credentials: Credentials): Pools {
  const tls = { ca: read(credentials.ca), cert: read(credentials.certificate), key: read(credentials.key) };
  const connect = {
    ...tls,
    ...(credentials.serverName !== undefined && { servername: credentials.serverName }),
    rejectUnauthorized: !credentials.insecure,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    timeout: 10_000,
  };
  return {
    fingerprint: JSON.stringify(tls),
    verbs: new Agent({ allowH2: false, connections: 16, connect, keepAliveTimeout: 55_000, headersTimeout: 60_000, bodyTimeout: 60_000 }),
    watches: new Agent({ allowH2: false, connect, headersTimeout: 30_000, bodyTimeout: 0 }),
  };
}

/** Headers of a user whose kubeconfig names a helper program or a provider: client-node knows them all, but is loaded only then (85 MB). */
async function pluginHeaders(path: string): Promise<() => Promise<Record<string, string>>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(path);
  return async () => {
    const options: { headers: Record<string, string> } = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return options.headers;
  };
}

/**
 * Opens nothing yet: connections are made by the first request. Without a path: the pod's service account, else ~/.kube/config.
 * Throws when the kubeconfig cannot be read.
 */
export function connect(kubeconfigPath: string | undefined = defaultKubeconfig()): Connection {
  const credentials = kubeconfigPath === undefined ? inClusterCredentials() : readKubeconfig(kubeconfigPath);
  let pools = makePools(credentials);
  let token = read(credentials.token)?.trim();
  let readAt = performance.now();
  let plugin: Promise<() => Promise<Record<string, string>>> | undefined;

  function refresh(): void {
    if (performance.now() - readAt < rereadMs) return;
    readAt = performance.now();
    token = read(credentials.token)?.trim();
    const fresh = makePools(credentials);
    const old = fresh.fingerprint === pools.fingerprint ? fresh : pools;
    if (old === pools) pools = fresh;
    void Promise.all([old.verbs.close(), old.watches.close()]);
  }

  const { origin, pathname } = new URL(credentials.server);
  return {
    server: credentials.server,
    origin,
    basePath: pathname.replace(/\/$/, ""),
    get verbs() {
      refresh();
      return pools.verbs;
    },
    get watches() {
      refresh();
      return pools.watches;
    },
    async headers() {
      refresh();
      if (credentials.plugin && kubeconfigPath !== undefined) {
        plugin ??= pluginHeaders(kubeconfigPath);
        return (await plugin)();
      }
      return token ? { authorization: `Bearer ${token}` } : {};
    },
    expire() {
      readAt = Number.NEGATIVE_INFINITY;
    },
    async close() {
      await Promise.all([pools.verbs.destroy(), pools.watches.destroy()]);
    },
  };
}
