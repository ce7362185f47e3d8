// Tokens: made at a login, checked at every request against what has been revoked, disabled or taken away since.
import { randomBytes } from "node:crypto";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { User } from "../../models/identity/user.ts";
import { lru } from "../../operator/lru.ts";
import type { Auth, Authenticator } from "../http/auth.ts";
import { keyIdOf, signJWS, verifyJWS } from "./jws.ts";
import type { TokenKeys } from "./keys.ts";
import { authOf, type CheckedToken, type Claims, checkClaims, isClaims } from "./token-check.ts";
import type { IdentityWorld } from "./world.ts";

export interface TokenRequest {
  user: User;
  methods: readonly string[];
  scope: { tenant?: Tenant; domain?: Domain; system?: boolean };
  passwordFingerprint?: string;
  /** A token that this one is made from: it can not outlive it. */
  parent?: Claims;
}

export interface IssuedToken {
  readonly token: string;
  readonly checked: CheckedToken;
}

interface Known {
  readonly claims: Claims;
  readonly kid: string;
  /** `checked` holds for as long as the epoch is this. */
  epoch: number;
  checked: CheckedToken;
  auth: Auth;
}

const longestToken = 8192;
const rememberedTokens = 20_000;

export const unauthorized = () => new KumulusError("Unauthorized", "The request you have made requires authentication.");

export class Tokens implements Authenticator {
  readonly #world: IdentityWorld;
  readonly #keys: TokenKeys;
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  readonly #known = lru<string, Known>(rememberedTokens);

  constructor(world: IdentityWorld, keys: TokenKeys, options: { lifetimeMs: number; now?: () => number }) {
    this.#world = world;
    this.#keys = keys;
    this.#lifetimeMs = options.lifetimeMs;
    this.#now = options.now ?? Date.now;
  }

  /** Unauthorized when the user may not have the scope (no role on it, or something is disabled). */
  async issue({ user, methods, scope, passwordFingerprint, parent }: TokenRequest): Promise<IssuedToken> {
    if (this.#keys.due) await this.#keys.load();
    const now = this.#now();
    const audit = randomBytes(16).toString("hex");
    const claims: Claims = {
      sub: idOf(user),
      iat: now,
      exp: parent ? Math.min(parent.exp, now + this.#lifetimeMs) : now + this.#lifetimeMs,
      jti: audit,
      ...(parent && { par: parent.par ?? parent.jti }),
      amr: [...new Set([...methods, ...(parent?.amr ?? [])])],
      ...(scope.tenant && { prj: idOf(scope.tenant) }),
      ...(scope.domain && { dom: idOf(scope.domain) }),
      ...(scope.system && { sys: true }),
      rol: [],
      ...(passwordFingerprint !== undefined && { pwf: passwordFingerprint }),
    };
    const target = scope.tenant
      ? { tenant: scope.tenant }
      : scope.domain
        ? { domain: scope.domain }
        : scope.system
          ? { system: true as const }
          : undefined;
    claims.rol = target ? this.#world.rolesOf(user, target).map(idOf) : [];
    const checked = checkClaims(this.#world, claims, now);
    if (!checked) throw unauthorized();
    return { token: signJWS(claims, this.#keys.current), checked };
  }

  /** Without waiting when the token was seen before. */
  authenticate(token: string): Auth | Promise<Auth> {
    const known = this.#known.get(token);
    return known ? this.#stillGood(token, known).auth : this.#verify(token).then(({ auth }) => auth);
  }

  /** What is behind a token; Unauthorized as `authenticate`. */
  async inspect(token: string): Promise<CheckedToken> {
    const known = this.#known.get(token);
    return known ? this.#stillGood(token, known).checked : (await this.#verify(token)).checked;
  }

  /** The token is dead on this replica at once, on the others when their watch tells. */
  async revoke({ claims }: CheckedToken): Promise<void> {
    try {
      await this.#world.revocations.create({
        apiVersion: "identity.kumulus.cloud/v1alpha1",
        kind: "TokenRevocation",
        metadata: { name: claims.jti },
        spec: { expiresAt: new Date(claims.exp).toISOString() },
      });
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
    }
  }

  /** Deletes revocations of tokens that have ended by themselves. */
  async sweep(): Promise<void> {
    const ended = this.#world.revocations.list().filter(({ spec }) => Date.parse(spec.expiresAt) < this.#now());
    for (const revocation of ended) await this.#world.revocations.delete(revocation);
  }

  #stillGood(token: string, known: Known): Known {
    const now = this.#now();
    const epoch = this.#epoch();
    if (known.epoch === epoch && now < known.claims.exp) return known;
    const checked = this.#keys.find(known.kid) && checkClaims(this.#world, known.claims, now);
    if (!checked) {
      this.#known.delete(token);
      throw unauthorized();
    }
    known.checked = checked;
    known.auth = authOf(checked);
    known.epoch = epoch;
    return known;
  }

  /** Changes with everything that a check reads. */
  #epoch(): number {
    return this.#world.epoch() + this.#keys.epoch;
  }

  async #verify(token: string): Promise<Known> {
    const kid = token.length <= longestToken ? keyIdOf(token) : undefined;
    const key = kid === undefined ? undefined : (this.#keys.find(kid) ?? (await this.#keys.findFresh(kid)));
    const claims = key && verifyJWS(token, key);
    const epoch = this.#epoch();
    const isGenuine = key !== undefined && isClaims(claims) && this.#keys.mayHaveSigned(key, claims);
    const checked = isGenuine ? checkClaims(this.#world, claims, this.#now()) : undefined;
    if (!key || !checked) throw unauthorized();
    const known = { claims: checked.claims, kid: key.kid, checked, auth: authOf(checked), epoch };
    this.#known.set(token, known);
    return known;
  }
}
