// How KubeVirt is configured: its version, and the feature gates without which volumes can not be attached to a running guest.
import { KubeVirt } from "../../../clients/kubevirt/kinds.ts";
import { defineCheck, optional } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

const gate = "DeclarativeHotplugVolumes";
/** Where both are on, KubeVirt follows this one, which takes no changes of a VirtualMachine's template. */
const rival = "HotplugVolumes";
const oldest = [1, 6] as const;
/** The gate's Beta. */
const mature = [1, 9] as const;

function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, first, second] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (first === undefined) return false;
  return Number(first) < major || (Number(first) === major && Number(second) < minor);
}

const list = "the KubeVirt object's spec.configuration.developerConfiguration.featureGates";

function judgeGates({ spec, status }: KubeVirt): Judgement[] {
  const { featureGates = [], disabledFeatureGates = [] } = spec?.configuration?.developerConfiguration ?? {};
  if (featureGates.includes(rival)) {
    return [
      fail(
        `the feature gate ${rival} is on: volumes can not be attached to running guests`,
        `take ${rival} out of ${list}, put ${gate} in`,
      ),
    ];
  }
  if (featureGates.includes(gate)) return [ok(`the feature gate ${gate} is on`)];
  const sentence = `volumes can not be attached to running guests`;
  if (disabledFeatureGates.includes(gate)) return [fail(`the feature gate ${gate} is off: ${sentence}`, `put ${gate} into ${list}`)];
  if (isBefore(status?.observedKubeVirtVersion ?? "", mature)) {
    return [fail(`the feature gate ${gate} is not on: ${sentence}`, `put ${gate} into ${list}`)];
  }
  return [warn(`the feature gate ${gate} is not named; where it is off, ${sentence}`, `put ${gate} into ${list}`)];
}

function judgeOne(kubeVirt: KubeVirt): Judgement[] {
  const { phase = "not deployed", observedKubeVirtVersion: version = "" } = kubeVirt.status ?? {};
  if (isBefore(version, oldest)) return [fail(`KubeVirt ${version} is too old`, `upgrade KubeVirt to ${oldest.join(".")} or later`)];
  const isStaged = kubeVirt.spec?.configuration?.vmRolloutStrategy === "Stage";
  return [
    phase === "Deployed"
      ? ok(`KubeVirt ${version} is deployed`)
      : warn(`KubeVirt ${version} is ${phase}`, "wait until its operator has deployed it: kubectl get kubevirts -A"),
    ...judgeGates(kubeVirt),
    ...(isStaged
      ? [
          fail(
            "vmRolloutStrategy is Stage: running guests get no NICs and volumes",
            "set spec.configuration.vmRolloutStrategy to LiveUpdate",
          ),
        ]
      : []),
  ];
}

/** Undefined where the kind is not served. */
export function judgeKubeVirt(kubeVirts: readonly KubeVirt[] | undefined): Judgement[] {
  if (!kubeVirts) return [ok("no KubeVirt object to look at: on one machine the node agent plays KubeVirt")];
  if (kubeVirts.length === 0)
    return [fail("KubeVirt's operator is there, but no KubeVirt object", "create one: kubevirt-cr.yaml of KubeVirt's release")];
  return kubeVirts.flatMap(judgeOne);
}

export const kubeVirtCheck = defineCheck({
  name: "kubevirt",
  gather: ({ client }) => optional(client.list(KubeVirt)),
  judge: judgeKubeVirt,
});
