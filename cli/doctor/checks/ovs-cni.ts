// Whether ovs-cni takes a port's name from the NetworkAttachmentDefinition (`args.cni.ovnPort`). No API tells; its image's tag may.
import { KubeVirt } from "../../../clients/kubevirt/kinds.ts";
import { DaemonSet } from "../../../operator/kube/core-kinds.ts";
import { defineCheck, optional } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

/** The last release without it. */
const tooOld = [0, 39] as const;
const advice = `use an image of ovs-cni later than v${tooOld.join(".")}.0`;

interface Seen {
  /** Images of all containers of DaemonSets, with the DaemonSet's namespace and name. */
  images: readonly { image: string; of: string }[];
  /** Whether a KubeVirt of its own runs here: then nobody but ovs-cni plugs. */
  isCluster: boolean;
}

function judgeImage(image: string, of: string): Judgement {
  const [, tag] = /:([^/@]+)(@.*)?$/.exec(image) ?? [];
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(tag ?? "") ?? [];
  if (major === undefined) return warn(`${of} runs ${image}: its version is not known`, `${advice}, else no NIC is plugged into OVN`);
  const [oldMajor, oldMinor] = tooOld;
  const isOld = Number(major) < oldMajor || (Number(major) === oldMajor && Number(minor) <= oldMinor);
  return isOld ? fail(`${of} runs ${tag}, which can not plug into OVN through Multus`, advice) : ok(`${of} runs ${tag}`);
}

export function judgeOvsCNI({ images, isCluster }: Seen): Judgement[] {
  const found = images.filter(({ image }) => /(^|\/)ovs-cni-plugin[:@]?/.test(image));
  if (found.length > 0) return found.map(({ image, of }) => judgeImage(image, of));
  if (!isCluster) return [ok("not there: on one machine the node agent plugs NICs")];
  return [warn("no DaemonSet runs an image named ovs-cni-plugin", `install ovs-cni; ${advice}`)];
}

export const ovsCNICheck = defineCheck({
  name: "ovs-cni",
  async gather({ client }): Promise<Seen> {
    // The API server of one machine may serve no apps at all.
    const [sets = [], kubeVirts] = await Promise.all([optional(client.list(DaemonSet)), optional(client.list(KubeVirt))]);
    const images = sets.flatMap(({ metadata, spec }) => {
      const { containers = [], initContainers = [] } = spec?.template.spec ?? {};
      const of = `${metadata.namespace}/${metadata.name}`;
      return [...containers, ...initContainers].map(({ image = "" }) => ({ image, of }));
    });
    return { images, isCluster: kubeVirts !== undefined };
  },
  judge: judgeOvsCNI,
});
