// Generated from crds/ by `npm run generate`; do not edit.

/** Name of a CustomResourceDefinition → fingerprint of its schemas (domain/schema-hash.ts). */
export const schemaHashes: Readonly<Record<string, string>> = {
  "flavors.compute.kumulus.cloud": "fd1c036c327d00df",
  "keypairs.compute.kumulus.cloud": "b8cc14b7b114d515",
  "serveractions.compute.kumulus.cloud": "407559ef4e26aa38",
  "servers.compute.kumulus.cloud": "27c124a52f090671",
  "domains.identity.kumulus.cloud": "714c3f63085d55ce",
  "policyfiles.identity.kumulus.cloud": "623922105525b809",
  "roleassignments.identity.kumulus.cloud": "91f1e0dff5d03b88",
  "roles.identity.kumulus.cloud": "2ed8f6b568dd1bdb",
  "tenants.identity.kumulus.cloud": "1e7f68a6c813b52d",
  "tokenrevocations.identity.kumulus.cloud": "f689192ae79aa15b",
  "users.identity.kumulus.cloud": "b8c4810cb2988c43",
  "images.image.kumulus.cloud": "075d5d4c77698819",
  "floatingips.network.kumulus.cloud": "f9f73d97a6666f86",
  "ipaddresses.network.kumulus.cloud": "6598580e5bca1c1b",
  "networks.network.kumulus.cloud": "0927da6dc96ccd40",
  "ports.network.kumulus.cloud": "0db717259ad0405e",
  "routers.network.kumulus.cloud": "75434e7b2176113e",
  "securitygroups.network.kumulus.cloud": "2c7bccbd7b347572",
  "subnets.network.kumulus.cloud": "fae001e358443fd9",
  "volumetypes.volume.kumulus.cloud": "9bd9858b4c8a39cb",
  "volumes.volume.kumulus.cloud": "9f297b7f8287a7c5",
};
