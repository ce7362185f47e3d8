// What `kumulus bootstrap` has to know of the cluster, from a file that the chart writes.
import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { parseAs } from "../operator/settings.ts";

const text = Type.String({ minLength: 1 });
const strict = { additionalProperties: false } as const;

const bootstrapSchema = Type.Object(
  {
    /** Where clients reach the APIs, without a path. */
    apiURL: Type.String({ pattern: "^https?://[^/]+$" }),
    region: text,
    volumeType: Type.Object(
      {
        name: text,
        /** The cluster's default class when absent, as the next. */
        storageClassName: Type.Optional(text),
        volumeSnapshotClassName: Type.Optional(text),
      },
      strict,
    ),
    externalNetwork: Type.Optional(
      Type.Object({ physicalNetwork: text, cidr: text, gatewayIP: text, pool: Type.Object({ start: text, end: text }, strict) }, strict),
    ),
  },
  strict,
);

export type BootstrapSettings = Static<typeof bootstrapSchema>;

/** TypeError that names the file, and each key that is wrong. */
export const readBootstrapSettings = (file: string): Promise<BootstrapSettings> =>
  parseAs(bootstrapSchema, readFileSync(file, "utf8"), file);
