// A user's resource options: Keystone's names on the wire, ours in the User.
import { Type } from "typebox";
import type { UserOptions } from "../../models/identity/user.ts";

const names = {
  ignore_change_password_upon_first_use: "ignoreChangePasswordUponFirstUse",
  ignore_password_expiry: "ignorePasswordExpiry",
  ignore_lockout_failure_attempts: "ignoreLockoutFailureAttempts",
  lock_password: "lockPassword",
  ignore_user_inactivity: "ignoreUserInactivity",
  multi_factor_auth_enabled: "multiFactorAuthEnabled",
  multi_factor_auth_rules: "multiFactorAuthRules",
} as const satisfies Record<string, keyof UserOptions>;

type WireName = keyof typeof names;
const wireNames = Object.keys(names) as WireName[];

const flag = Type.Optional(Type.Union([Type.Boolean(), Type.Null()]));
const methods = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { minItems: 1, maxItems: 20, uniqueItems: true });

export const optionsBody = Type.Object(
  {
    ignore_change_password_upon_first_use: flag,
    ignore_password_expiry: flag,
    ignore_lockout_failure_attempts: flag,
    lock_password: flag,
    ignore_user_inactivity: flag,
    multi_factor_auth_enabled: flag,
    multi_factor_auth_rules: Type.Optional(Type.Union([Type.Array(methods, { maxItems: 100, uniqueItems: true }), Type.Null()])),
  },
  { additionalProperties: false },
);

export type WireOptions = Partial<Record<WireName, boolean | string[][] | null>>;

/** Options after a change: null takes one away, what is not named stays. Undefined when none is left. */
export function changedOptions(known: UserOptions | undefined, change: WireOptions): UserOptions | undefined {
  const values = new Map<string, unknown>(Object.entries(known ?? {}));
  for (const name of wireNames) {
    const value = change[name];
    if (value === null) values.delete(names[name]);
    else if (value !== undefined) values.set(names[name], value);
  }
  return values.size > 0 ? (Object.fromEntries(values) as UserOptions) : undefined;
}

export function viewOptions(options: UserOptions | undefined): WireOptions {
  const pairs = wireNames.map((name) => [name, options?.[names[name]]] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}
