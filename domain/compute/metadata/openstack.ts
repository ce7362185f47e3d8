// The files of the OpenStack metadata API, by the version that brought them. Pure.
import { displayNameOf, idOf } from "../../id.ts";
import { type MetadataFacts, userDataOf } from "./facts.ts";

/** Each is named after the day of its release. */
const since = {
  password: "2013-04-04",
  randomSeed: "2013-04-04",
  vendorData: "2013-10-17",
  networkData: "2015-10-15",
  projectID: "2015-10-15",
  devices: "2016-06-30",
  vendorData2: "2016-10-06",
  dedicatedCPUs: "2020-10-14",
} as const;

export const openStackVersions: readonly string[] = [
  "2012-08-10",
  "2013-04-04",
  "2013-10-17",
  "2015-10-15",
  "2016-06-30",
  "2016-10-06",
  "2017-02-22",
  "2018-08-27",
  "2020-10-14",
];

/** File name → content, in the order in which they are listed. */
export function openStackFiles(facts: MetadataFacts, version: string, randomSeed: string): Map<string, string | Buffer> {
  const has = (part: keyof typeof since) => version >= since[part];
  const files = new Map<string, string | Buffer>([["meta_data.json", JSON.stringify(metaData(facts, has, randomSeed))]]);
  const userData = userDataOf(facts.server);
  if (userData) files.set("user_data", userData);
  // Nobody sets one: guests that make their own password would have to send it here, which is refused.
  if (has("password")) files.set("password", "");
  if (has("vendorData")) files.set("vendor_data.json", "{}");
  if (has("networkData")) files.set("network_data.json", JSON.stringify(facts.networkData));
  if (has("vendorData2")) files.set("vendor_data2.json", JSON.stringify({ static: {} }));
  return files;
}

function metaData(facts: MetadataFacts, has: (part: keyof typeof since) => boolean, randomSeed: string): object {
  const { server, key } = facts;
  const { metadata: meta, availabilityZone } = server.spec;
  return {
    uuid: idOf(server),
    ...(meta && Object.keys(meta).length > 0 ? { meta } : {}),
    ...(key ? { public_keys: { [key.name]: key.publicKey }, keys: [{ name: key.name, type: "ssh", data: key.publicKey }] } : {}),
    hostname: facts.hostname,
    name: displayNameOf(server),
    launch_index: facts.launchIndex,
    availability_zone: availabilityZone ?? "nova",
    ...(has("randomSeed") ? { random_seed: randomSeed } : {}),
    ...(has("projectID") ? { project_id: facts.projectID } : {}),
    ...(has("devices") ? { devices: facts.taggedDevices } : {}),
    // Kumulus gives no server a CPU of its own.
    ...(has("dedicatedCPUs") ? { dedicated_cpus: [] } : {}),
  };
}
