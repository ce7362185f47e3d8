// How CDI is configured: whether a disk waits for the node of its guest where the storage asks for that.
import { CDI } from "../../../clients/cdi/kinds.ts";
import { defineCheck, optional } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

const gate = "HonorWaitForFirstConsumer";

function judgeOne({ spec, status }: CDI): Judgement[] {
  const { phase = "not deployed", observedVersion: version = "" } = status ?? {};
  return [
    phase === "Deployed"
      ? ok(`CDI ${version} is deployed`)
      : warn(`CDI ${version} is ${phase}`, "wait until its operator has deployed it: kubectl get cdis"),
    spec?.config?.featureGates?.includes(gate)
      ? ok(`the feature gate ${gate} is on`)
      : warn(
          `the feature gate ${gate} is off: disks of classes that wait for their first consumer are put on any node`,
          `put ${gate} into the CDI object's spec.config.featureGates`,
        ),
  ];
}

/** Undefined where the kind is not served. */
export function judgeCDI(cdis: readonly CDI[] | undefined): Judgement[] {
  if (!cdis) return [ok("no CDI object to look at: on one machine the node agent plays CDI")];
  if (cdis.length === 0) return [fail("CDI's operator is there, but no CDI object", "create one: cdi-cr.yaml of CDI's release")];
  return cdis.flatMap(judgeOne);
}

export const cdiCheck = defineCheck({
  name: "cdi",
  gather: ({ client }) => optional(client.list(CDI)),
  judge: judgeCDI,
});
