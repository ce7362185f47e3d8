// What the role `metadata` has to know on a node of a cluster: a file that the chart writes, and what each pod is told of its node.
import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { parseAs, remoteSchema, tlsSchema } from "../../operator/settings.ts";

const text = Type.String({ minLength: 1 });

const metadataSettingsSchema = Type.Object(
  {
    /** Absent: the service account of the pod. */
    kubeconfig: Type.Optional(text),
    /** Where the node reaches the API, without a path. */
    apiURL: Type.String({ pattern: "^https?://[^/]+$" }),
    southbound: Type.Array(remoteSchema, { minItems: 1 }),
    tls: Type.Optional(tlsSchema),
    /** The Open_vSwitch database, as OVSDB spells it. */
    openVSwitch: text,
    ports: Type.Object({ health: Type.Integer({ minimum: 1, maximum: 65_535 }) }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

export type MetadataSettings = Static<typeof metadataSettingsSchema> & {
  /** Where health is answered; loopback when undefined. */
  address?: string | undefined;
};

/** TypeError that names the key, or the variable, that is wrong. */
export async function readMetadataSettings(file: string, env: NodeJS.ProcessEnv): Promise<MetadataSettings> {
  const settings = await parseAs(metadataSettingsSchema, readFileSync(file, "utf8"), file);
  if (!env.NODE_ADDRESS) throw new TypeError("NODE_ADDRESS is to be set: IP of the node, from the downward API");
  return { ...settings, address: env.NODE_ADDRESS };
}
