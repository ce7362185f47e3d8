// The files of an OpenStack config drive as KubeVirt writes them. Pure.

export interface ConfigDriveInput {
  /** SMBIOS uuid of the guest. */
  uuid: string;
  instanceId: string;
  hostname: string;
  /** SSH keys, one OpenSSH line each. */
  publicKeys: readonly string[];
  userData?: Buffer;
  /** JSON text. */
  networkData?: string;
}

/** Path on the drive → content. */
export type ConfigDriveFiles = Record<string, Buffer>;

/** Nova names keys; KubeVirt numbers them. */
const numbered = (keys: readonly string[]) => Object.fromEntries(keys.map((key, index) => [String(index), key.trim()]));

export function configDriveFiles(input: ConfigDriveInput): ConfigDriveFiles {
  const { uuid, instanceId, hostname, publicKeys, userData, networkData } = input;
  const metaData = {
    instance_id: instanceId,
    "instance-id": instanceId,
    uuid,
    hostname,
    "local-hostname": hostname,
    name: hostname,
    ...(publicKeys.length > 0 ? { public_keys: numbered(publicKeys) } : {}),
  };
  const ec2 = { "instance-id": instanceId, hostname, "local-hostname": hostname };
  const openstack: ConfigDriveFiles = {
    "meta_data.json": Buffer.from(JSON.stringify(metaData)),
    ...(networkData === undefined ? {} : { "network_data.json": Buffer.from(networkData) }),
    ...(userData === undefined ? {} : { user_data: userData }),
  };
  const files: ConfigDriveFiles = Object.fromEntries(
    Object.entries(openstack).map(([name, content]) => [`openstack/latest/${name}`, content]),
  );
  files["ec2/latest/meta-data.json"] = Buffer.from(JSON.stringify(ec2));
  if (userData !== undefined) files["ec2/latest/user-data"] = userData;
  return files;
}
