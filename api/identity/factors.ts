// Which methods a user's login needs together (`multi_factor_auth_rules`), and the receipt for those that it has shown already.
import { idOf } from "../../domain/id.ts";
import type { User } from "../../models/identity/user.ts";
import type { Reply } from "../http/route.ts";
import type { TokenKeys } from "./keys.ts";
import { readSigned, signed } from "./signed.ts";
import { keystoneTime } from "./token-view.ts";
import { type IdentityWorld, named } from "./world.ts";

interface ReceiptClaims {
  /** Tells a receipt from a token: neither must ever count as the other. */
  readonly rcp: true;
  readonly sub: string;
  readonly amr: string[];
  readonly iat: number;
  readonly exp: number;
  /** Fingerprint of the password, where it was one of the methods. */
  readonly pwf?: string;
}

/** What a login has shown so far. */
export interface Shown {
  readonly user: User;
  readonly methods: readonly string[];
  readonly passwordFingerprint?: string | undefined;
}

export interface ReceiptOptions {
  readonly keys: TokenKeys;
  readonly world: IdentityWorld;
  /** Lifetime in ms. */
  lifetimeMs(): number;
  now?(): number;
}

/** Combinations of which one is needed; undefined when the methods are enough. Methods that are `known` to nobody do not count, as in Keystone. */
export function missingFactors({ spec }: User, methods: readonly string[], known: ReadonlySet<string>): string[][] | undefined {
  const { multiFactorAuthEnabled = true, multiFactorAuthRules: rules = [] } = spec.options ?? {};
  if (!multiFactorAuthEnabled || rules.length === 0) return undefined;
  const wanted = rules.map((rule) => rule.filter((method) => known.has(method)));
  return wanted.some((rule) => rule.every((method) => methods.includes(method))) ? undefined : wanted;
}

const isReceipt = (claims: object): claims is ReceiptClaims => (claims as Partial<ReceiptClaims>).rcp === true;

export class Receipts {
  readonly #options: ReceiptOptions;
  readonly #now: () => number;

  constructor(options: ReceiptOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What the receipt says of this very user; undefined for one that has ended, is another's or is none. */
  async read(text: string, user: User): Promise<Pick<Shown, "methods" | "passwordFingerprint"> | undefined> {
    const claims = (await readSigned(this.#options.keys, text))?.claims;
    if (!claims || !isReceipt(claims) || claims.sub !== idOf(user) || claims.exp <= this.#now()) return undefined;
    return { methods: claims.amr, passwordFingerprint: claims.pwf };
  }

  /** 401 with the receipt (Identity API v3, "Multi-factor authentication"). */
  async ask({ user, methods, passwordFingerprint }: Shown, required: string[][]): Promise<Reply> {
    const iat = this.#now();
    const exp = iat + this.#options.lifetimeMs();
    const claims: ReceiptClaims = {
      rcp: true,
      sub: idOf(user),
      amr: [...methods],
      iat,
      exp,
      ...(passwordFingerprint && { pwf: passwordFingerprint }),
    };
    const domain = this.#options.world.domainOf(user);
    const receipt = {
      methods,
      user: { ...named(user), ...(domain && { domain: named(domain) }) },
      expires_at: keystoneTime(exp),
      issued_at: keystoneTime(iat),
    };
    return {
      status: 401,
      body: { receipt, required_auth_methods: required },
      headers: { "Openstack-Auth-Receipt": await signed(this.#options.keys, claims) },
    };
  }
}
