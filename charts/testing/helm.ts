// The chart as tests use it: the pinned Helm, values that turn everything on, and kubectl of the test control plane.
import { spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { enginePath, kubernetesVersion } from "../../hack/engines.ts";
import type { KubeObject } from "../../models/kind.ts";

const chart = join(import.meta.dirname, "../kumulus");

/** Every part that is optional, and every list filled. */
export const fullValues = {
  image: { repository: "registry.test/kumulus", tag: "1.2.3", pullPolicy: "Always" },
  imagePullSecrets: [{ name: "registry" }],
  region: "RegionTwo",
  apiURL: "http://api.test",
  logLevel: "debug",
  ovn: { northbound: ["ssl:10.0.0.1:6641", "ssl:10.0.0.2:6641"], southbound: ["ssl:10.0.0.1:6642"], tlsSecret: "ovn-client" },
  images: { persistence: { size: "1Ti", storageClass: "cephfs", accessModes: ["ReadWriteMany"] } },
  operator: { replicas: 3, nodeSelector: { "node-role.kubernetes.io/control-plane": "" }, tolerations: [{ operator: "Exists" }] },
  api: { autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9, targetCPUUtilizationPercentage: 50 } },
  webhook: { resources: { requests: { cpu: 1 } }, tolerations: [{ key: "a", operator: "Equal", value: "b", effect: "NoSchedule" }] },
  ingress: { enabled: true, className: "nginx", host: "cloud.test", tlsSecret: "cloud-tls", annotations: { "a.test/b": "0" } },
  gateway: { enabled: true, parentRefs: [{ name: "public", namespace: "gateways" }], hostnames: ["cloud.test"] },
  serviceMonitor: { enabled: true, interval: "1m", labels: { release: "prometheus" } },
  tls: { mode: "certManager", issuerRef: { kind: "ClusterIssuer", name: "internal" } },
  prometheusRule: { enabled: true, runbooks: "https://runbooks.test/kumulus", labels: { release: "prometheus" } },
  dashboards: { enabled: true, labels: { grafana_dashboard: "1" } },
  selftest: { secret: "selftest", image: "guest", flavor: "m1.tiny", timeoutSeconds: 60 },
};

interface Run {
  ok: boolean;
  stdout: string;
  stderr: string;
}

// Helm's caches stay out of the user's home.
const home = join(tmpdir(), "kumulus-helm");
const env = { PATH: process.env.PATH, HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };

function run(program: string, argv: readonly string[], input?: string): Run {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...(input !== undefined && { input }),
  });
  if (error) throw error;
  return { ok: status === 0, stdout, stderr };
}

/** `helm <command> charts/kumulus` in the system namespace, with these values. */
export function helm(command: readonly string[], values: object = {}, namespace = "kumulus-system"): Run {
  return run(enginePath("helm"), [...command, chart, "--namespace", namespace, "--values", "-"], JSON.stringify(values));
}

/** The same while this process goes on, for hooks that wait for what the test does. */
export function helmMeanwhile(command: readonly string[], values: object = {}): Promise<Run> {
  const argv = [...command, chart, "--namespace", "kumulus-system", "--values", "-"];
  const child = spawn(enginePath("helm"), argv, { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(JSON.stringify(values));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part: Buffer) => {
    stdout += part;
  });
  child.stderr.on("data", (part: Buffer) => {
    stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, stdout, stderr }));
  });
}

export const helmUninstall = (kubeconfig: string): Run =>
  run(enginePath("helm"), ["uninstall", "kumulus", "--namespace", "kumulus-system", "--kubeconfig", kubeconfig]);

/** What the chart makes of these values. Throws what Helm complains about. */
export function rendered(values: object = {}): KubeObject[] {
  const { ok, stdout, stderr } = helm(["template", "kumulus", "--kube-version", kubernetesVersion()], values);
  if (!ok) throw new Error(stderr);
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject | null);
  return objects.filter((object) => object !== null);
}

/** `kubectl` with the objects, if any, as its input. */
export function kubectl(kubeconfig: string, argv: readonly string[], objects: readonly KubeObject[] = []): Run {
  const list = { apiVersion: "v1", kind: "List", items: objects };
  return run(enginePath("kubectl"), ["--kubeconfig", kubeconfig, ...argv], JSON.stringify(list));
}
