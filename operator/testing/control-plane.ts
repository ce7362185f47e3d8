// A real etcd + kube-apiserver on free loopback ports for tests, with our CRDs served; ready in about 4 s, nothing of it left after stop().
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, globSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";
import { type Engine, enginePath } from "../../hack/engines.ts";
import { type ApiClient, kubeClient } from "../kube/client.ts";
import { connect } from "../kube/connection.ts";
import { CustomResourceDefinition } from "../kube/core-kinds.ts";
import { type EtcdAddress, type EtcdMember, etcdFlags } from "./etcd.ts";

export interface ControlPlane {
  /** Path of an admin's kubeconfig. */
  kubeconfig: string;
  url: string;
  token: string;
  client: ApiClient;
  directory: string;
  etcd: readonly EtcdMember[];
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** In the place of crds/: another release's. */
  definitions?: string;
  /** More folders of CRDs, besides crds/. */
  crds?: readonly string[];
  /** kube-controller-manager with these loops, such as `namespace-controller`, `garbage-collector-controller`, `resourcequota-controller`. */
  controllers?: readonly string[];
  apiServerFlags?: readonly string[];
  /** GOMEMLIMIT of kube-apiserver; 500MiB unless said. */
  apiServerMemory?: string;
  /** Members of etcd; 1 unless said. */
  etcdMembers?: number;
}

const repository = join(import.meta.dirname, "../..");

const setpriv = "/usr/bin/setpriv";

/** A TCP port of 127.0.0.1 on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function start(directory: string, engine: Engine, memory: string, flags: readonly string[]): ChildProcess {
  const log = openSync(join(directory, `${engine}.log`), "a");
  // setpriv makes the kernel end it with us, however we end.
  const program = existsSync(setpriv) ? [setpriv, "--pdeathsig", "KILL", enginePath(engine)] : [enginePath(engine)];
  const child = spawn(program[0] ?? "", [...program.slice(1), ...flags], {
    cwd: directory,
    stdio: ["ignore", log, log],
    env: { PATH: process.env.PATH, HOME: directory, GOMEMLIMIT: memory, GOGC: "100" },
  });
  closeSync(log);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function until(what: string, directory: string, child: ChildProcess, check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await check().catch(() => false))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      const logs = globSync(join(directory, "*.log")).map((file) => readFileSync(file, "utf8").slice(-2000));
      throw new Error(`${what} did not come up\n${logs.join("\n")}`);
    }
    await sleep(30);
  }
}

function writeKubeconfig(directory: string, url: string, token: string, ca: string): string {
  const path = join(directory, "kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    clusters: [{ name: "test", cluster: { server: url, "certificate-authority-data": Buffer.from(ca).toString("base64") } }],
    users: [{ name: "admin", user: { token } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

function readDefinitions(folders: readonly string[]): CustomResourceDefinition[] {
  const files = folders.flatMap((folder) => globSync(join(folder, "**/*.yaml")));
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS()));
  return documents.filter((document) => document?.kind === "CustomResourceDefinition") as CustomResourceDefinition[];
}

/** Creates or changes the CRDs in the folders and waits until each is served. */
export async function installDefinitions(client: ApiClient, folders: readonly string[]): Promise<void> {
  const definitions = readDefinitions(folders);
  await Promise.all(
    definitions.map((definition) => client.apply(CustomResourceDefinition, definition, { fieldManager: "kumulus-install" })),
  );
  const waiting = new Set(definitions.map((definition) => definition.metadata.name));
  for (let round = 0; waiting.size > 0; round += 1) {
    if (round > 600) throw new Error(`not established: ${[...waiting].join(", ")}`);
    for (const seen of await client.list(CustomResourceDefinition)) {
      const established = seen.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True");
      if (established) waiting.delete(seen.metadata.name);
    }
    if (waiting.size > 0) await sleep(50);
  }
}

async function startServers(
  directory: string,
  children: ChildProcess[],
  options: ControlPlaneOptions,
): Promise<{ url: string; token: string; etcd: EtcdMember[] }> {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const addresses: EtcdAddress[] = [];
  for (let member = 0; member < (options.etcdMembers ?? 1); member += 1) {
    const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    addresses.push({ name: `etcd-${member}`, client, peer });
  }
  const token = randomBytes(16).toString("hex");
  writeFileSync(join(directory, "tokens.csv"), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(directory, "sa.key"), privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
  const etcd = addresses.map((address) => ({
    url: address.client,
    process: start(directory, "etcd", "200MiB", etcdFlags(address, addresses)),
  }));
  children.push(...etcd.map(({ process }) => process));
  const server = start(directory, "kube-apiserver", options.apiServerMemory ?? "500MiB", [
    ...[
      `--etcd-servers=${addresses.map(({ client }) => client).join(",")}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
      "--cert-dir=certs",
      "--token-auth-file=tokens.csv",
    ],
    ...["--service-account-issuer=https://kumulus.test", "--service-account-key-file=sa.key", "--service-account-signing-key-file=sa.key"],
    ...["--authorization-mode=RBAC", "--service-cluster-ip-range=10.255.0.0/24", "--disable-admission-plugins=ServiceAccount"],
    ...["--profiling=false", "--enable-priority-and-fairness=false", "--allow-privileged", "--endpoint-reconciler-type=none"],
    ...(options.apiServerFlags ?? []),
  ]);
  children.push(server);
  const certificate = join(directory, "certs/apiserver.crt");
  await until("kube-apiserver's certificate", directory, server, async () => existsSync(certificate));
  return { url, token, etcd };
}

/** Call it once per test file in `before` (give the hook 60 s), and stop() in `after`. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  try {
    return await startOnce(options);
  } catch {
    // Another process may have taken a port between finding and using it.
    return startOnce(options);
  }
}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const directory = mkdtempSync(join(tmpdir(), "kumulus-control-plane-"));
  const children: ChildProcess[] = [];
  const stopAll = async () => {
    await Promise.all(children.map(end));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const { url, token, etcd } = await startServers(directory, children, options);
    const kubeconfig = writeKubeconfig(directory, url, token, readFileSync(join(directory, "certs/apiserver.crt"), "utf8"));
    const connection = connect(kubeconfig);
    const client = kubeClient(connection);
    const [server] = children.slice(-1);
    if (server) await until("kube-apiserver", directory, server, async () => (await client.request("GET", "/readyz")).status === 200);
    await installDefinitions(client, [options.definitions ?? join(repository, "crds"), ...(options.crds ?? [])]);
    if (options.controllers) {
      const flags = [
        `--kubeconfig=${kubeconfig}`,
        `--controllers=${options.controllers.join(",")}`,
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
      ];
      children.push(start(directory, "kube-controller-manager", "200MiB", [...flags, "--use-service-account-credentials=false"]));
    }
    const stop = async () => {
      await connection.close();
      await stopAll();
    };
    return { kubeconfig, url, token, client, directory, etcd, stop };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
