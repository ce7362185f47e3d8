// Pieces of request schemas that Neutron's resources share, and helpers to turn their values into specs.
import { type TSchema, Type } from "typebox";

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const text = Type.String({ maxLength: 255 });
export const id = Type.String({ minLength: 1, maxLength: 255 });
/** Neutron takes true, "True", 1 and "1" alike. */
export const bool = Type.Boolean();

/** Fields that every resource takes at creation. */
export const standardFields = {
  name: Type.Optional(text),
  description: Type.Optional(text),
  tenant_id: Type.Optional(text),
  project_id: Type.Optional(text),
} as const;

type Defined<T> = { [K in keyof T]?: Exclude<T[K], null | undefined> };

/** The same object without its keys that are null or undefined: an absent key is a default, in specs and for the API server. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as Defined<T>;
}

/** A spec with some keys set anew; a null or undefined value takes the key away. */
export function changed<T extends object>(spec: T, values: { [K in keyof T]?: T[K] | null | undefined }): T {
  return defined({ ...spec, ...values }) as T;
}

/** Whether the request names the key, also with null. */
export const has = (input: object, key: string): boolean => Object.hasOwn(input, key);
