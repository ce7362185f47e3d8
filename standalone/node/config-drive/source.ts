// Gathers a config drive's content from a VMI and the Secrets that it names.
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { Waiting } from "../../../domain/errors.ts";
import type { Secret } from "../../../operator/kube/core-kinds.ts";
import type { ConfigDriveInput } from "./content.ts";

type SecretReader = (name: string) => Secret | undefined;
type Volume = NonNullable<VirtualMachineInstance["spec"]["volumes"]>[number];

function secretNamed(read: SecretReader, name: string): Record<string, string> {
  const secret = read(name);
  if (!secret) throw new Waiting("SecretMissing", `Waiting for Secret ${name}`);
  return (secret.data ?? {}) as Record<string, string>;
}

const decoded = (base64: string | undefined) => (base64 === undefined ? undefined : Buffer.from(base64, "base64"));

/** Every value of every Secret whose keys go by config drive or NoCloud; a value may hold several lines. */
function publicKeys(vmi: VirtualMachineInstance, read: SecretReader): string[] {
  const names = (vmi.spec.accessCredentials ?? []).flatMap(({ sshPublicKey }) => {
    const byDrive = sshPublicKey?.propagationMethod.configDrive ?? sshPublicKey?.propagationMethod.noCloud;
    const name = sshPublicKey?.source.secret?.secretName;
    return byDrive && name !== undefined ? [name] : [];
  });
  return names
    .flatMap((name) => Object.values(secretNamed(read, name)))
    .flatMap((value) => Buffer.from(value, "base64").toString("utf8").split("\n"))
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The names of all Secrets that the VMI's drive reads. */
export function secretsOf(vmi: VirtualMachineInstance): string[] {
  const volumes = (vmi.spec.volumes ?? []).flatMap(({ cloudInitConfigDrive: drive }) => [
    drive?.secretRef?.name,
    drive?.networkDataSecretRef?.name,
  ]);
  const keys = (vmi.spec.accessCredentials ?? []).map(({ sshPublicKey }) => sshPublicKey?.source.secret?.secretName);
  return [...volumes, ...keys].filter((name) => name !== undefined);
}

/** Throws Waiting for a Secret that is not there. */
export function configDriveInput(vmi: VirtualMachineInstance, volume: Volume, read: SecretReader): ConfigDriveInput | undefined {
  const drive = volume.cloudInitConfigDrive ?? volume.cloudInitNoCloud;
  if (!drive) return undefined;
  const userSecret = drive.secretRef?.name === undefined ? undefined : secretNamed(read, drive.secretRef.name);
  const networkSecret = drive.networkDataSecretRef?.name === undefined ? undefined : secretNamed(read, drive.networkDataSecretRef.name);
  const userData =
    decoded(userSecret?.userdata ?? userSecret?.userData) ??
    decoded(drive.userDataBase64) ??
    (drive.userData ? Buffer.from(drive.userData) : undefined);
  const networkData =
    decoded(networkSecret?.networkdata ?? networkSecret?.networkData) ??
    decoded(drive.networkDataBase64) ??
    (drive.networkData ? Buffer.from(drive.networkData) : undefined);
  const uuid = vmi.spec.domain.firmware?.uuid ?? vmi.metadata.uid ?? "";
  return {
    uuid,
    instanceId: uuid,
    hostname: vmi.spec.hostname ?? vmi.metadata.name,
    publicKeys: publicKeys(vmi, read),
    ...(userData ? { userData } : {}),
    ...(networkData ? { networkData: networkData.toString("utf8") } : {}),
  };
}
