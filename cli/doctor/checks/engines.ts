// Whether the engines' APIs are served, in the versions that we speak.
import { isCode } from "../../../domain/errors.ts";
import type { ApiClient } from "../../../operator/kube/client.ts";
import { defineCheck, optional } from "../check.ts";
import { fail, type Judgement, ok } from "../finding.ts";

interface Engine {
  name: string;
  group: string;
  version: string;
  /** Plural names; empty for APIs that another server answers for the API server (aggregated). */
  resources: readonly string[];
  advice: string;
}

const kubeVirt = "install KubeVirt 1.6 or later";
const cdi = "install CDI, KubeVirt's Containerized Data Importer";

export const engines: readonly Engine[] = [
  {
    name: "kubevirt",
    group: "kubevirt.io",
    version: "v1",
    resources: ["virtualmachines", "virtualmachineinstances"],
    advice: kubeVirt,
  },
  { name: "kubevirt", group: "subresources.kubevirt.io", version: "v1", resources: [], advice: `${kubeVirt}; its virt-api serves it` },
  { name: "cdi", group: "cdi.kubevirt.io", version: "v1beta1", resources: ["datavolumes"], advice: cdi },
  {
    name: "multus",
    group: "k8s.cni.cncf.io",
    version: "v1",
    resources: ["network-attachment-definitions"],
    advice: "install Multus, the thick plugin, 4.0 or later",
  },
  {
    name: "snapshots",
    group: "snapshot.storage.k8s.io",
    version: "v1",
    resources: ["volumesnapshots", "volumesnapshotclasses", "volumesnapshotcontents"],
    advice: "install the CSI snapshot controller (external-snapshotter) with its CRDs",
  },
];

/** What discovery tells of a group. */
export interface Served {
  /** Undefined: nobody serves the group. */
  versions: readonly string[] | undefined;
  /** Of the wanted version; undefined when it is not served. */
  resources: readonly string[] | undefined;
  /** Why the server of an aggregated API gave no answer. */
  silence?: string;
}

export function judgeEngine({ group, version, resources, advice }: Engine, served: Served): Judgement[] {
  if (served.silence !== undefined) {
    return [fail(`${group}/${version} does not answer: ${served.silence}`, "look after the server behind it: kubectl get apiservices")];
  }
  if (!served.versions) return [fail(`${group} is not served`, advice)];
  if (!served.resources) return [fail(`${group} is served as ${served.versions.join(", ")}, but not as ${version}`, advice)];
  const missing = resources.filter((name) => !served.resources?.includes(name));
  if (missing.length > 0) return [fail(`${group}/${version} has no ${missing.join(", ")}`, advice)];
  return [ok(`${group}/${version} is served`)];
}

async function gatherServed(client: ApiClient, { group, version }: Engine, limitMs: number): Promise<Served> {
  interface Group {
    versions: { version: string }[];
  }
  interface Resources {
    resources: { name: string }[];
  }
  // Earlier than the check's own limit, so that a silent server is named.
  const options = { timeoutMs: limitMs * 0.8 };
  const get = async (path: string) => (await optional(client.request("GET", path, undefined, options)))?.body;
  try {
    const [about, list] = await Promise.all([get(`/apis/${group}`), get(`/apis/${group}/${version}`)]);
    return {
      versions: (about as Group | undefined)?.versions.map((entry) => entry.version),
      resources: (list as Resources | undefined)?.resources.map(({ name }) => name),
    };
  } catch (error) {
    if (!isCode(error, "Unavailable")) throw error;
    // What has a cause never got an answer.
    const silence = error.cause === undefined ? error.message : `nothing within ${options.timeoutMs / 1000} s`;
    return { versions: undefined, resources: undefined, silence };
  }
}

export const engineChecks = engines.map((engine) =>
  defineCheck({
    name: engine.name,
    gather: ({ client }, limitMs) => gatherServed(client, engine, limitMs),
    judge: (served) => judgeEngine(engine, served),
  }),
);
