// The EC2-compatible metadata of a server, by the version that brought each part. Pure.
import { isIPv4 } from "node:net";
import { idOf } from "../../id.ts";
import { type MetadataFacts, userDataOf } from "./facts.ts";
import { type Branch, branch, type Leaf } from "./tree.ts";

export const ec2Versions: readonly string[] = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
];

/** EC2's ids are eight digits after a letter; those of OpenStack begin with eight. */
const ec2ID = (prefix: string, id: string): string => `${prefix}-${id.replaceAll("-", "").slice(0, 8)}`;

type Entries = Record<string, Branch | Leaf>;

export function ec2Tree(facts: MetadataFacts, version: string): Branch {
  const userData = userDataOf(facts.server);
  return branch({ "meta-data": metaData(facts, version), ...(userData ? { "user-data": userData } : {}) });
}

function metaData(facts: MetadataFacts, version: string): Branch {
  const { server, hostname, imageID, launchIndex, reservationID, securityGroups } = facts;
  const addresses = server.status?.addresses ?? [];
  const addressOf = (type: "fixed" | "floating") => addresses.find((one) => one.type === type && isIPv4(one.address))?.address ?? "";
  const from = (first: string, entries: Entries): Entries => (ec2Versions.indexOf(version) >= ec2Versions.indexOf(first) ? entries : {});
  return branch({
    "ami-id": imageID === undefined ? "None" : ec2ID("ami", imageID),
    "ami-launch-index": String(launchIndex),
    // Nova's own word, to the letter: clients know it.
    "ami-manifest-path": "FIXME",
    "instance-id": ec2ID("i", idOf(server)),
    hostname,
    "local-ipv4": addressOf("fixed"),
    "reservation-id": reservationID,
    "security-groups": [...new Set(securityGroups)],
    ...publicKeys(facts),
    ...from("2007-01-19", { "local-hostname": hostname, "public-hostname": hostname, "public-ipv4": addressOf("floating") }),
    ...from("2007-03-01", { "product-codes": [] }),
    ...from("2007-08-29", { "instance-type": server.status?.flavor?.name ?? server.spec.flavorRef.name }),
    ...from("2007-10-10", { "ancestor-ami-ids": [] }),
    ...from("2007-12-15", { "block-device-mapping": branch({ ami: "vda", root: "/dev/vda" }) }),
    ...from("2008-02-01", { placement: branch({ "availability-zone": server.spec.availabilityZone ?? "nova" }) }),
    ...from("2008-09-01", { "instance-action": "none" }),
  });
}

/** The list of keys tells their names: `0=mine`. */
function publicKeys({ key }: MetadataFacts): Entries {
  return key ? { "public-keys": branch({ "0": branch({ "openssh-key": key.publicKey }, `0=${key.name}`) }) } : {};
}
