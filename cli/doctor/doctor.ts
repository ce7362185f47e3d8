// Looks at everything side by side; nothing that hangs holds up the rest.
import type { Check, Patient } from "./check.ts";
import { cdiCheck } from "./checks/cdi.ts";
import { certificatesCheck } from "./checks/certificates.ts";
import { clocksCheck } from "./checks/clocks.ts";
import { engineChecks } from "./checks/engines.ts";
import { kindsCheck } from "./checks/kinds.ts";
import { kubernetesCheck } from "./checks/kubernetes.ts";
import { kubeVirtCheck } from "./checks/kubevirt.ts";
import { ovnChecks } from "./checks/ovn.ts";
import { ovsCNICheck } from "./checks/ovs-cni.ts";
import { policyCheck } from "./checks/policy.ts";
import { rightsCheck } from "./checks/rights.ts";
import { storageCheck } from "./checks/storage.ts";
import { webhookCheck } from "./checks/webhook.ts";
import type { Finding } from "./finding.ts";

/** In the order of the report. */
const clusterChecks: readonly Check[] = [
  kindsCheck,
  ...engineChecks,
  kubeVirtCheck,
  cdiCheck,
  ovsCNICheck,
  storageCheck,
  clocksCheck,
  policyCheck,
  rightsCheck,
  webhookCheck,
  certificatesCheck,
];

export interface DoctorOptions {
  /** Leaves out what the chart always brings. */
  beforeInstall: boolean;
  /** Names of checks to leave out. */
  skip: readonly string[];
  /** For each check. */
  limitMs: number;
}

/** Every name that a finding may have. */
export const checkNames: readonly string[] = [...new Set([kubernetesCheck, ...clusterChecks, ...ovnChecks].map(({ name }) => name))];

/** Never rejects. Where the API server does not answer, that is the finding, and only OVN is looked at besides. */
export async function examine(patient: Patient, { beforeInstall, skip, limitMs }: DoctorOptions): Promise<Finding[]> {
  const isWanted = ({ name, ofRelease }: Check) => !skip.includes(name) && !(beforeInstall && ofRelease);
  const ovn = Promise.all(ovnChecks.filter(isWanted).map((check) => check.run(patient, limitMs)));
  const kubernetes = await kubernetesCheck.run(patient, limitMs);
  const answers = kubernetes.every(({ found }) => !found.startsWith("not checked"));
  const checks = answers ? clusterChecks.filter(isWanted) : [];
  const rest = await Promise.all(checks.map((check) => check.run(patient, limitMs)));
  const first = answers ? kubernetes : kubernetes.map(unreachable);
  return grouped([first, ...rest, ...(await ovn)].flat());
}

/** What is said of one thing stands together. */
function grouped(findings: readonly Finding[]): Finding[] {
  const names = [...new Set(findings.map(({ check }) => check))];
  return names.flatMap((name) => findings.filter(({ check }) => check === name));
}

function unreachable({ check, found }: Finding): Finding {
  const advice = "look whether the kubeconfig is right and the API server runs";
  return { check, verdict: "fail", found: found.replace(/^not checked: /, ""), advice };
}
