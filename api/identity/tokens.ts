// Tokens: made at a login, checked at every request against what has been revoked, disabled or taken away since.
import { randomBytes } from "node:crypto";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { Trust } from "../../models/identity/trust.ts";
import type { User } from "../../models/identity/user.ts";
import { lru } from "../../operator/lru.ts";
import { createStopwatch } from "../../operator/stopwatch.ts";
import type { Auth, Authenticator } from "../http/auth.ts";
import type { AuthWorld } from "./delegations.ts";
import type { Target } from "./effective-roles.ts";
import type { TokenKeys } from "./keys.ts";
import { readSigned, signed } from "./signed.ts";
import { authOf, type CheckedToken, type Claims, checkClaims, isClaims } from "./token-check.ts";

export interface TokenRequest {
  user: User;
  /** Who logged in, where a trust makes the token another's. */
  actor?: User;
  methods: readonly string[];
  scope: { tenant?: Tenant; domain?: Domain; system?: boolean };
  passwordFingerprint?: string;
  /** A token that this one is made from: it can not outlive it. */
  parent?: Claims;
  applicationCredential?: ApplicationCredential;
  trust?: Trust;
  /** When it must end at the latest, ms since 1970. */
  notAfter?: number;
  /** Id of the EC2 credential that it is made with. */
  credentialId?: string;
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

const rememberedTokens = 20_000;

export const unauthorized = () => new KumulusError("Unauthorized", "The request you have made requires authentication.");

function targetOf({ tenant, domain, system }: TokenRequest["scope"]): Target | undefined {
  if (tenant) return { tenant };
  if (domain) return { domain };
  return system ? { system: true } : undefined;
}

export class Tokens implements Authenticator {
  readonly #world: AuthWorld;
  readonly #keys: TokenKeys;
  readonly lifetimeMs: number;
  readonly #now: () => number;
  readonly #ended = createStopwatch();
  readonly #known = lru<string, Known>(rememberedTokens);

  constructor(world: AuthWorld, keys: TokenKeys, options: { lifetimeMs: number; now?: () => number }) {
    this.#world = world;
    this.#keys = keys;
    this.lifetimeMs = options.lifetimeMs;
    this.#now = options.now ?? Date.now;
  }

  /** Wall clock by which tokens are judged, ms since 1970. */
  now(): number {
    return this.#now();
  }

  /** Unauthorized when the user may not have the scope (no role on it, or something is disabled). */
  async issue(request: TokenRequest): Promise<IssuedToken> {
    const now = this.#now();
    const claims = { ...this.#claims(request, now), ...this.#rightOf(request) };
    const checked = checkClaims(this.#world, claims, now);
    if (!checked) throw unauthorized();
    return { token: await signed(this.#keys, claims), checked };
  }

  #claims({ user, actor, methods, scope, passwordFingerprint, parent, notAfter, applicationCredential, trust }: TokenRequest, now: number) {
    const ends = [applicationCredential?.spec.expiresAt, trust?.spec.expiresAt].flatMap((time) => (time ? [Date.parse(time)] : []));
    return {
      sub: idOf(user),
      iat: now,
      exp: Math.min(now + this.lifetimeMs, ...ends, ...(parent ? [parent.exp] : []), notAfter ?? Number.POSITIVE_INFINITY),
      jti: randomBytes(16).toString("hex"),
      ...(parent && { par: parent.par ?? parent.jti }),
      amr: [...new Set([...methods, ...(parent?.amr ?? [])])],
      ...(scope.tenant && { prj: idOf(scope.tenant) }),
      ...(scope.domain && { dom: idOf(scope.domain) }),
      ...(scope.system && { sys: true }),
      ...(passwordFingerprint !== undefined && { pwf: passwordFingerprint }),
      ...(actor && { act: idOf(actor) }),
    };
  }

  /** By what right the token has its scope. */
  #rightOf({ user, scope, applicationCredential, trust, credentialId }: TokenRequest) {
    const credential = credentialId === undefined ? {} : { crd: credentialId };
    if (applicationCredential) return { rol: [], app: idOf(applicationCredential), ...credential };
    if (trust) return { rol: [], tru: idOf(trust), ...credential };
    const target = targetOf(scope);
    return { rol: target ? this.#world.rolesOf(user, target).map(idOf) : [], ...credential };
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

  /** Deletes revocations of tokens that have ended by themselves. A clock that is ahead must not: what it thinks ended would live again when it is set right. */
  async sweep(): Promise<void> {
    const old = this.#world.revocations.list().filter(({ spec }) => Date.parse(spec.expiresAt) < this.#now());
    const ended = old.filter(({ metadata }) => this.#ended.elapsedMs(metadata.uid ?? "") >= this.lifetimeMs);
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
    const read = await readSigned(this.#keys, token);
    const epoch = this.#epoch();
    const checked = read && isClaims(read.claims) ? checkClaims(this.#world, read.claims, this.#now()) : undefined;
    if (!read || !checked) throw unauthorized();
    const known = { claims: checked.claims, kid: read.kid, checked, auth: authOf(checked), epoch };
    this.#known.set(token, known);
    return known;
  }
}
