// The identity service's settings: ConfigMap `keystone` of the system namespace, whose keys are Keystone's option names. Read from the cache, valid at once.
import { systemNamespace } from "../../domain/id.ts";
import { inSystem, type Right, right, unasked } from "../../domain/rights.ts";
import type { Caches, Log } from "../../operator/contract.ts";
import type { EventRecorder } from "../../operator/events.ts";
import { ConfigMap, Event } from "../../operator/kube/core-kinds.ts";

/** One option: its value when nobody sets it, and how its text is read. `read` throws RangeError with what the text has to be. */
interface Option<T> {
  readonly fallback: T;
  read(text: string): T;
}

function whole<T>(fallback: T, minimum: number): Option<number | T> {
  return {
    fallback,
    read(text) {
      if (!/^\d{1,9}$/.test(text) || Number(text) < minimum) throw new RangeError(`a whole number from ${minimum} on`);
      return Number(text);
    },
  };
}

const text: Option<string | undefined> = { fallback: undefined, read: (value) => value };

function flag(fallback: boolean): Option<boolean> {
  return {
    fallback,
    read(value) {
      if (!/^(true|false)$/i.test(value)) throw new RangeError("true or false");
      return value.toLowerCase() === "true";
    },
  };
}

const pattern: Option<RegExp | undefined> = {
  fallback: undefined,
  read(source) {
    try {
      return new RegExp(`^(?:${source})`);
    } catch {
      throw new RangeError("a regular expression");
    }
  },
};

/** Under Keystone's names. An empty text counts as not set. */
const options = {
  lockout_failure_attempts: whole(undefined, 1),
  /** Seconds. */
  lockout_duration: whole(1800, 1),
  disable_user_account_days_inactive: whole(undefined, 1),
  password_expires_days: whole(undefined, 1),
  password_regex: pattern,
  password_regex_description: text,
  unique_last_password_count: whole(0, 0),
  /** Days. */
  minimum_password_age: whole(0, 0),
  change_password_upon_first_use: flag(false),
  allow_rescope_scoped_token: flag(true),
  /** Periods of 30 s before the present one whose TOTP passcodes count. */
  included_previous_windows: whole(1, 0),
  max_redelegation_count: whole(3, 0),
  /** Minutes for which a signature of EC2 keys counts. */
  auth_ttl: whole(15, 1),
  /** Seconds; `expiration` in Keystone's section [receipt]. */
  receipt_expiration: whole(300, 1),
  /** Header in which a proxy says who the user is, and its domain's name; only from the addresses of trusted_proxies. */
  remote_user_header: text,
  remote_domain_header: text,
  trusted_proxies: text,
  /** URLs of dashboards to which a login by browser may hand its token, with blanks between them; Keystone's section [federation]. */
  trusted_dashboard: text,
} as const;

type Name = keyof typeof options;
export type IdentitySettings = { readonly [N in Name]: (typeof options)[N]["fallback"] };
type Value = IdentitySettings[Name];

const names = Object.keys(options) as Name[];
export const defaultSettings = Object.fromEntries(names.map((name) => [name, options[name].fallback])) as unknown as IdentitySettings;

export interface ReadSettings {
  readonly settings: IdentitySettings;
  /** A sentence for each key that is wrong. They never hold the value. */
  readonly complaints: readonly string[];
}

/** What the ConfigMap's data says; a key whose value is wrong keeps what it was in `last`. Pure. */
export function readSettings(data: Readonly<Record<string, string>>, last: IdentitySettings): ReadSettings {
  const complaints = Object.keys(data)
    .filter((key) => !(key in options))
    .map((key) => `${key} is no option that is known here`);
  const chosen = (name: Name): Value => {
    const given = data[name]?.trim() ?? "";
    if (given === "") return options[name].fallback;
    try {
      return options[name].read(given);
    } catch (error) {
      complaints.push(`${name} has to be ${(error as Error).message}; it stays as it was`);
      return last[name];
    }
  };
  const settings = Object.fromEntries(names.map((name) => [name, chosen(name)])) as unknown as IdentitySettings;
  return { settings, complaints };
}

export const settingsName = "keystone";

export const settingsRights: readonly Right[] = [
  unasked(inSystem(right(Event, "create", "patch")), "wrong settings are told in an Event on their ConfigMap"),
];

/** The settings as they are now, whenever it is called. */
export type Settings = () => IdentitySettings;

export function watchSettings({ caches, log, events }: { caches: Caches; log: Log; events: EventRecorder }): Settings {
  let settings = defaultSettings;
  caches.of(ConfigMap).onChange(({ type, object }) => {
    if (object.metadata.name !== settingsName || object.metadata.namespace !== systemNamespace) return;
    const read = readSettings(type === "deleted" ? {} : (object.data ?? {}), settings);
    settings = read.settings;
    if (read.complaints.length === 0) return;
    const message = `${read.complaints.join(". ")}.`;
    log.warn({ complaints: read.complaints }, "settings of the identity service are wrong");
    events.record(object, "Warning", "InvalidSettings", message);
  });
  return () => settings;
}
