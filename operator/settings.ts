// What a role has to know of the place where it runs, from a YAML or JSON file.
import { readFileSync } from "node:fs";
import { type Static, type TSchema, Type } from "typebox";

const text = Type.String({ minLength: 1 });
const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const strict = { additionalProperties: false } as const;

/** Where an OVSDB server is, as OVN spells it. */
export const remoteSchema = Type.String({ pattern: "^(unix:/.+|(tcp|ssl):.+:[0-9]+)$" });

/** Files in PEM, for `ssl:` remotes. */
export const tlsSchema = Type.Object({ ca: text, cert: text, key: text }, strict);

export const settingsSchema = Type.Object(
  {
    /** Absent: the service account of the pod. */
    kubeconfig: Type.Optional(text),
    /** Name of the one region; RegionOne unless said. */
    region: Type.Optional(text),
    /** Where the engines reach the APIs, without a path. */
    apiURL: Type.String({ pattern: "^https?://[^/]+$" }),
    /** Address to listen on; all unless said. */
    host: Type.Optional(text),
    ports: Type.Object({ api: port, webhook: port, health: port }, strict),
    ovn: Type.Object(
      {
        /** Every server of the cluster. */
        northbound: Type.Array(remoteSchema, { minItems: 1 }),
        southbound: Type.Array(remoteSchema, { minItems: 1 }),
        tls: Type.Optional(tlsSchema),
      },
      strict,
    ),
    images: Type.Object({ directory: text }, strict),
    /** The Service through which the API server calls the webhook; it calls `host` directly when absent. */
    webhook: Type.Optional(
      Type.Object(
        {
          service: text,
          /** Folder with tls.crt and tls.key that somebody else renews; the webhook makes its own certificate unless said. */
          certificates: Type.Optional(text),
        },
        strict,
      ),
    ),
    /** For how long API and webhook go on answering after they were told to end, so that balancers can take them out; 0 unless said. */
    drainSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 600 })),
    /** Of this replica, in leader election; the host's name (a pod's own) unless said. */
    identity: Type.Optional(text),
  },
  strict,
);

export type Settings = Static<typeof settingsSchema>;

/** A file's YAML or JSON as `schema` has it. TypeError that names the file, and each key that is wrong. */
export async function parseAs<T extends TSchema>(schema: T, content: string, file: string): Promise<Static<T>> {
  const [{ parse }, { Value }] = await Promise.all([import("./yaml.ts"), import("typebox/value")]);
  let value: unknown;
  try {
    value = parse(content);
  } catch (error) {
    throw new TypeError(`${file}: ${(error as Error).message}`);
  }
  const complaints = Value.Errors(schema, value).map(({ instancePath, message, params }) => {
    const extra = (params as { additionalProperties?: string[] }).additionalProperties?.join(", ");
    return `${file}: ${instancePath || "/"} ${message}${extra === undefined ? "" : ` (${extra})`}`;
  });
  if (complaints.length > 0) throw new TypeError(complaints.join("\n"));
  return value as Static<T>;
}

export const parseSettings = (content: string, file: string): Promise<Settings> => parseAs(settingsSchema, content, file);

export const readSettings = (file: string): Promise<Settings> => parseSettings(readFileSync(file, "utf8"), file);
