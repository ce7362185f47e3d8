// Bodies of volume create and update (Block Storage API v3, "Volumes").
import { Type } from "typebox";
import { nullable } from "../compute/fields.ts";

const Text = nullable(Type.String({ maxLength: 255 }));
const Reference = nullable(Type.String({ minLength: 1, maxLength: 255 }));
const Metadata = Type.Record(Type.String({ pattern: "^.{1,255}$" }), nullable(Type.String({ maxLength: 255 })), {
  additionalProperties: false,
});
const Boolish = nullable(Type.Union([Type.Boolean(), Type.String({ enum: ["true", "false", "True", "False", "1", "0"] })]));

const create = {
  size: Type.Optional(nullable(Type.Union([Type.Integer({ minimum: 1, maximum: 0x7fffffff }), Type.String({ pattern: "^[0-9]{1,9}$" })]))),
  name: Type.Optional(Text),
  display_name: Type.Optional(Text),
  description: Type.Optional(Text),
  display_description: Type.Optional(Text),
  availability_zone: Type.Optional(Text),
  volume_type: Type.Optional(Reference),
  imageRef: Type.Optional(Reference),
  image_id: Type.Optional(Reference),
  source_volid: Type.Optional(Reference),
  snapshot_id: Type.Optional(Reference),
  backup_id: Type.Optional(Reference),
  source_replica: Type.Optional(Reference),
  consistencygroup_id: Type.Optional(Reference),
  group_id: Type.Optional(Reference),
  metadata: Type.Optional(nullable(Metadata)),
  multiattach: Type.Optional(Boolish),
  user_id: Type.Optional(nullable(Type.String())),
  project_id: Type.Optional(nullable(Type.String())),
  status: Type.Optional(nullable(Type.String())),
  attach_status: Type.Optional(nullable(Type.String())),
};

const Hints = Type.Optional(nullable(Type.Object({}, { additionalProperties: true })));

/** Before 3.53 Cinder ignores what it does not know. */
export const createBody = (minor: number) =>
  Type.Object(
    { volume: Type.Object(create, { additionalProperties: minor < 53 }), "OS-SCH-HNT:scheduler_hints": Hints, "os-scheduler-hints": Hints },
    { additionalProperties: minor < 53 },
  );

export interface CreateVolume {
  size?: number | string | null;
  name?: string | null;
  display_name?: string | null;
  description?: string | null;
  display_description?: string | null;
  availability_zone?: string | null;
  volume_type?: string | null;
  imageRef?: string | null;
  image_id?: string | null;
  source_volid?: string | null;
  snapshot_id?: string | null;
  backup_id?: string | null;
  consistencygroup_id?: string | null;
  group_id?: string | null;
  metadata?: Record<string, string | null> | null;
  multiattach?: boolean | string | null;
}

export const updateBody = (minor: number) =>
  Type.Object(
    {
      volume: Type.Object(
        {
          name: Type.Optional(Text),
          display_name: Type.Optional(Text),
          description: Type.Optional(Text),
          display_description: Type.Optional(Text),
          metadata: Type.Optional(nullable(Metadata)),
        },
        { additionalProperties: minor < 53, minProperties: 1 },
      ),
    },
    { additionalProperties: minor < 53 },
  );

export type UpdateVolume = Pick<CreateVolume, "name" | "display_name" | "description" | "display_description" | "metadata">;

export const MetadataBody = Type.Object({ metadata: Metadata });
export const MetaBody = Type.Object({ meta: Metadata });

/** Keys with a text; Cinder takes null for an empty one. */
export const texts = (metadata: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, value ?? ""]));
