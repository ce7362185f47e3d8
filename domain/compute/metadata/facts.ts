// What the metadata service tells about a server.
import type { Server } from "../../../models/compute/server.ts";
import type { NetworkData } from "../network-data.ts";

export interface MetadataFacts {
  readonly server: Server;
  readonly hostname: string;
  readonly projectID: string;
  /** The key pair's name and its OpenSSH line; undefined for a server without one. */
  readonly key: { readonly name: string; readonly publicKey: string } | undefined;
  readonly imageID: string | undefined;
  readonly reservationID: string;
  readonly launchIndex: number;
  readonly securityGroups: readonly string[];
  readonly networkData: NetworkData;
  /** Devices that the user gave a tag. */
  readonly taggedDevices: readonly TaggedDevice[];
}

export type TaggedDevice =
  | { readonly type: "nic"; readonly mac: string; readonly tags: readonly string[] }
  | { readonly type: "disk"; readonly serial: string; readonly tags: readonly string[] };

/** Undefined for a server without user data. */
export const userDataOf = ({ spec }: Server): Buffer | undefined => (spec.userData ? Buffer.from(spec.userData, "base64") : undefined);
