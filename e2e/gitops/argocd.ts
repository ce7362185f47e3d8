// The real Argo CD on this machine: Redis, repo-server and application-controller as processes on loopback, and what they need in the cluster.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { parse } from "yaml";
import { enginePath } from "../../hack/engines.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { ConfigMap, CustomResourceDefinition, Namespace, Secret } from "../../operator/kube/core-kinds.ts";
import { freePort } from "../../operator/testing/control-plane.ts";
import { argoNamespace } from "./application.ts";
import type { Programs } from "./program.ts";

const root = join(import.meta.dirname, "../..");
const fieldManager = "kumulus-e2e";

const AppProject: Kind = { group: "argoproj.io", version: "v1alpha1", kind: "AppProject", plural: "appprojects", namespaced: true };

/** Argo CD's CRDs, from its Go module: of the version that the program is built from. */
function definitions(): CustomResourceDefinition[] {
  const module = "github.com/argoproj/argo-cd/v3";
  const cwd = join(root, "hack/engines/argocd");
  execFileSync("go", ["mod", "download", module], { cwd, stdio: "inherit" });
  const folder = execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", module], { cwd, encoding: "utf8" }).trim();
  return globSync(join(folder, "manifests/crds/*-crd.yaml")).map((path) => parse(readFileSync(path, "utf8")) as CustomResourceDefinition);
}

async function established(client: KubeClient, name: string): Promise<boolean> {
  const { status } = await client.get(CustomResourceDefinition, { name });
  return status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True") ?? false;
}

const partOf = { "app.kubernetes.io/part-of": "argocd" };
const inArgo = (name: string) => ({ name, namespace: argoNamespace, labels: partOf });

/** Kinds, settings with our health checks, and the project that lets applications do everything. */
export async function installArgo(client: KubeClient): Promise<void> {
  const apply = <T extends KubeObject>(kind: Kind<T>, object: T) => client.apply(kind, object, { fieldManager });
  await apply(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: argoNamespace } } as Namespace);
  const found = definitions();
  for (const definition of found) await apply(CustomResourceDefinition, definition);
  for (const { metadata } of found) while (!(await established(client, metadata.name)));
  await apply(ConfigMap, parse(readFileSync(join(root, "gitops/argocd/argocd-cm.yaml"), "utf8")) as ConfigMap);
  const data = { "server.secretkey": randomBytes(32).toString("base64") };
  await apply(Secret, { apiVersion: "v1", kind: "Secret", metadata: inArgo("argocd-secret"), data } as Secret);
  const spec = {
    sourceRepos: ["*"],
    destinations: [{ server: "*", namespace: "*" }],
    clusterResourceWhitelist: [{ group: "*", kind: "*" }],
  };
  await apply(AppProject, { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: inArgo("default"), spec } as KubeObject);
}

/** Whether somebody answers at a port of 127.0.0.1. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

const isWell = async (port: number) => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;

function environment(directory: string, kubeconfig: string): Record<string, string> {
  const inside = (name: string) => {
    mkdirSync(join(directory, name), { recursive: true });
    return join(directory, name);
  };
  return {
    PATH: process.env.PATH ?? "",
    HOME: inside("home"),
    TMPDIR: inside("tmp"),
    KUBECONFIG: kubeconfig,
    // "The cluster that Argo CD runs in" is the kubeconfig's.
    ARGOCD_FAKE_IN_CLUSTER: "true",
    ARGOCD_CONTROLLER_SHARD: "0",
    ARGOCD_GPG_ENABLED: "false",
    // Without the pause of 2 s only our health keeps one wave from the next.
    ARGOCD_SYNC_WAVE_DELAY: "0",
    ARGOCD_TLS_DATA_PATH: inside("tls"),
    ARGOCD_SSH_DATA_PATH: inside("ssh"),
    ARGOCD_PLUGINSOCKFILEPATH: inside("plugins"),
    ARGOCD_ASK_PASS_SOCK: join(directory, "ask-pass.sock"),
    GOMEMLIMIT: "700MiB",
  };
}

/** Starts them in the order in which they need each other. `directory` gets all their files. */
export async function startArgo(programs: Programs, directory: string, kubeconfig: string): Promise<void> {
  const env = environment(directory, kubeconfig);
  const [redis, repo, repoMetrics, metrics] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const flags = (options: Record<string, string | number>) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const common = { redis: `127.0.0.1:${redis}`, logformat: "text", loglevel: "info" };
  const redisFlags = [
    "--bind",
    "127.0.0.1",
    "--port",
    String(redis),
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    directory,
    "--set-proc-title",
    "no",
  ];
  await programs.start({ name: "redis", argv: ["/usr/bin/redis-server", ...redisFlags], env, ready: () => answers(redis) });
  const repoOptions = { ...common, address: "127.0.0.1", port: repo, "metrics-address": "127.0.0.1", "metrics-port": repoMetrics };
  const repoServer = [enginePath("argocd-repo-server"), ...flags(repoOptions), "--disable-tls"];
  await programs.start({ name: "argocd-repo-server", argv: repoServer, env, ready: () => answers(repo) });
  // Its metrics have no option for an address: they listen on all.
  const options = { ...common, "repo-server": `127.0.0.1:${repo}`, "metrics-port": metrics, namespace: argoNamespace };
  const controller = [
    enginePath("argocd-application-controller"),
    ...flags(options),
    "--repo-server-plaintext",
    "--persist-resource-health",
  ];
  await programs.start({ name: "argocd-application-controller", argv: controller, env, ready: () => isWell(metrics) });
}
