// Where the API server is and how to prove who we are: a kubeconfig file, or the service account of the pod we run in.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** Data that a kubeconfig holds inline (base64) or in a file, which may be rotated under us. */
export interface Secretive {
  data?: string;
  file?: string;
}

export interface Credentials {
  server: string;
  ca?: Secretive;
  certificate?: Secretive;
  key?: Secretive;
  token?: Secretive;
  serverName?: string;
  insecure: boolean;
  /** Context that needs a helper program or a provider: its headers come from client-node. */
  plugin: boolean;
}

interface Named {
  name: string;
}
interface File {
  "current-context"?: string;
  contexts?: (Named & { context: { cluster: string; user: string } })[];
  clusters?: (Named & { cluster: Record<string, string | boolean | undefined> })[];
  users?: (Named & { user?: Record<string, unknown> })[];
}

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The kubeconfig to read when nobody names one: none inside a pod, else the user's own. */
export function defaultKubeconfig(): string | undefined {
  return existsSync(join(accountFolder, "token")) ? undefined : join(homedir(), ".kube", "config");
}

export function inClusterCredentials(): Credentials {
  const { KUBERNETES_SERVICE_HOST: host = "kubernetes.default.svc", KUBERNETES_SERVICE_PORT: port = "443" } = process.env;
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca: { file: join(accountFolder, "ca.crt") },
    token: { file: join(accountFolder, "token") },
    insecure: false,
    plugin: false,
  };
}

function find<T extends Named>(list: readonly T[] | undefined, name: string | undefined, what: string, path: string): T {
  const found = list?.find((entry) => entry.name === name);
  if (!found) throw new Error(`${path} has no ${what} "${name ?? ""}"`);
  return found;
}

/** JSON is YAML too; the YAML parser costs 14 MB and is loaded only for what is not. */
function parseFile(path: string): File {
  const text = readFileSync(path, "utf8");
  if (text.trimStart().startsWith("{")) return JSON.parse(text) as File;
  const { parse } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  return parse(text) as File;
}

/** The current context of a kubeconfig. Throws a sentence that names the file when something is missing in it. */
export function readKubeconfig(path: string): Credentials {
  const file = parseFile(path);
  const { context } = find(file.contexts, file["current-context"], "context", path);
  const { cluster } = find(file.clusters, context.cluster, "cluster", path);
  const { user = {} } = find(file.users, context.user, "user", path);
  const absolute = (name: string) => (isAbsolute(name) ? name : join(dirname(path), name));
  const secretive = (from: Record<string, unknown>, field: string): Secretive | undefined => {
    const data = from[`${field}-data`];
    const name = from[field];
    if (typeof data === "string") return { data: Buffer.from(data, "base64").toString("utf8") };
    return typeof name === "string" ? { file: absolute(name) } : undefined;
  };
  const token = typeof user.tokenFile === "string" ? { file: absolute(user.tokenFile) } : { data: user.token as string };
  const ca = secretive(cluster, "certificate-authority");
  const certificate = secretive(user, "client-certificate");
  const key = secretive(user, "client-key");
  return {
    server: String(cluster.server).replace(/\/$/, ""),
    ...(ca && { ca }),
    ...(certificate && { certificate }),
    ...(key && { key }),
    ...((token.data ?? "file" in token) && { token }),
    ...(typeof cluster["tls-server-name"] === "string" && { serverName: cluster["tls-server-name"] }),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    plugin: "exec" in user || "auth-provider" in user,
  };
}
