// Bodies of the users' routes (Identity API v3, "Users"), and what becomes of them in a User. Pure.
import { type Static, Type } from "typebox";
import type { UserSpec } from "../../models/identity/user.ts";
import { changedOptions, optionsBody } from "./user-options.ts";

const nullable = Type.Null();
const Text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), nullable]));
const Name = Type.String({ minLength: 1, maxLength: 255, pattern: "[^\\s]" });
/** Longer ones would only keep the hash busy (Keystone's max_password_length). */
const Password = Type.String({ maxLength: 4096 });

const fields = {
  default_project_id: Text(64),
  description: Text(255),
  email: Text(255),
  domain_id: Type.Optional(Type.String({ maxLength: 64 })),
  enabled: Type.Optional(Type.Boolean()),
  password: Type.Optional(Type.Union([Password, nullable])),
  options: Type.Optional(optionsBody),
};

/** Other attributes are the client's own, and kept. */
const attributes = { additionalProperties: true, maxProperties: 200 } as const;

export const createUserBody = Type.Object({ user: Type.Object({ name: Name, ...fields }, attributes) });
export const updateUserBody = Type.Object({ user: Type.Object({ name: Type.Optional(Name), ...fields }, attributes) });
export const changePasswordBody = Type.Object({ user: Type.Object({ original_password: Password, password: Password }) });

export type UserBody = Static<typeof updateUserBody>["user"];

/** What the API shows of a user by other means, and never keeps as an attribute. */
const reserved = new Set([...Object.keys(fields), "id", "name", "links", "password_expires_at", "federated", "original_password"]);

function changedExtra(known: UserSpec["extra"], body: UserBody): UserSpec["extra"] {
  const given = Object.entries(body).filter(([key]) => !reserved.has(key));
  const extra = Object.fromEntries(Object.entries({ ...known, ...Object.fromEntries(given) }).filter(([, value]) => value !== null));
  return Object.keys(extra).length > 0 ? extra : undefined;
}

type Draft = { -readonly [K in keyof UserSpec]: UserSpec[K] | undefined };

/** The User's spec after a change: null takes a value away. `tenant`: name of the Tenant that default_project_id names. */
export function changedSpec(spec: UserSpec, body: UserBody, tenant: string | undefined): UserSpec {
  const text = (known: string | undefined, given: string | null | undefined) => (given === undefined ? known : (given ?? undefined));
  const draft: Draft = {
    ...spec,
    displayName: body.name ?? spec.displayName,
    description: text(spec.description, body.description),
    email: text(spec.email, body.email),
    enabled: body.enabled ?? spec.enabled,
    extra: changedExtra(spec.extra, body),
    options: body.options ? changedOptions(spec.options, body.options) : spec.options,
  };
  if (body.default_project_id !== undefined) draft.defaultTenantRef = tenant === undefined ? undefined : { name: tenant };
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as unknown as UserSpec;
}
