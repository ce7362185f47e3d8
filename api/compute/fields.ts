// Field types of Nova's request bodies that several resources share (Compute API guide; limits as Nova checks them).
import { type TSchema, Type } from "typebox";

const uuidPattern = "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$";

export const UUID = Type.String({ pattern: uuidPattern });
/** Printable, no space at either end, not empty. */
export const Name = Type.String({ minLength: 1, maxLength: 255, pattern: "^[^\\s\\p{Cc}](?:[^\\p{Cc}]*[^\\s\\p{Cc}])?$" });
export const Description = Type.Union([Type.String({ maxLength: 255, pattern: "^[^\\p{Cc}]*$" }), Type.Null()]);
export const Tag = Type.String({ minLength: 1, maxLength: 60, pattern: "^[^,/]*$" });
export const Hostname = Type.String({ minLength: 2, maxLength: 63, pattern: "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$" });
export const DiskConfig = Type.Union([Type.Literal("AUTO"), Type.Literal("MANUAL")]);
export const IPv4 = Type.String({ format: "ipv4" });
export const IPv6 = Type.String({ format: "ipv6" });
export const IPAddress = Type.Union([IPv4, IPv6]);
const MetadataKey = "^[a-zA-Z0-9-_:. ]{1,255}$";
export const Metadata = Type.Record(Type.String({ pattern: MetadataKey }), Type.String({ maxLength: 255 }), {
  additionalProperties: false,
});

const yes: ReadonlySet<unknown> = new Set([true, "true", "True", "TRUE", "1", "t", "T", "on", "On", "ON", "yes", "Yes", "YES", "y", "Y"]);
const no: ReadonlySet<unknown> = new Set([
  false,
  "false",
  "False",
  "FALSE",
  "0",
  "f",
  "F",
  "off",
  "Off",
  "OFF",
  "no",
  "No",
  "NO",
  "n",
  "N",
]);

/** A boolean, or one of the words that OpenStack takes for one. Read it with `isTrue`. */
export const Flag = Type.Union([
  Type.Boolean(),
  Type.String({ enum: [...yes, ...no].filter((word): word is string => typeof word === "string") }),
]);
export const isTrue = (flag: boolean | string | undefined): boolean => yes.has(flag);
/** undefined for a word that is neither. */
export const parseFlag = (word: string): boolean | undefined => (yes.has(word) ? true : no.has(word) ? false : undefined);

/** A whole number ≥ `minimum`, as a number or as digits. Read it with Number(). */
export const Count = (minimum: number) =>
  Type.Union([Type.Integer({ minimum }), Type.String({ pattern: minimum > 0 ? "^0*[1-9][0-9]{0,9}$" : "^[0-9]{1,10}$" })]);

/** An object that has no other keys. */
export const exact = <P extends Record<string, TSchema>>(properties: P) => Type.Object(properties, { additionalProperties: false });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
