// What the identity API reads of application credentials, access rules, credentials and trusts, and whether one may still be used.
import {
  accessRuleReferences,
  applicationCredentialReferences,
  credentialReferences,
  isBound,
  type Reference,
  trustReferences,
} from "../../domain/identity/bound.ts";
import { AccessRule } from "../../models/identity/access-rule.ts";
import { ApplicationCredential } from "../../models/identity/application-credential.ts";
import { Credential } from "../../models/identity/credential.ts";
import { Trust } from "../../models/identity/trust.ts";
import type { User } from "../../models/identity/user.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Store, Stores } from "../http/store.ts";
import { credentialId } from "./credential-id.ts";
import type { IdentityWorld } from "./world.ts";

export interface AuthWorld extends IdentityWorld {
  readonly applicationCredentials: Store<ApplicationCredential>;
  readonly accessRules: Store<AccessRule>;
  readonly credentials: Store<Credential>;
  readonly trusts: Store<Trust>;
  credentialById(id: string): Credential | undefined;
  /** The objects behind references, in their order. */
  named(references: readonly Reference[]): (KubeObject | undefined)[];
}

export const byUser = "user";
export const byTrustor = "trustor";
export const byTrustee = "trustee";
export const byRule = "rule";
const byCredentialId = "credential-id";

export function authWorld(world: IdentityWorld, stores: Stores): AuthWorld {
  const [applicationCredentials, accessRules] = [stores.of(ApplicationCredential), stores.of(AccessRule)];
  const [credentials, trusts] = [stores.of(Credential), stores.of(Trust)];
  applicationCredentials.cache.addIndex(byUser, ({ spec }) => [spec.userRef.name]);
  applicationCredentials.cache.addIndex(byRule, ({ spec }) => (spec.accessRuleRefs ?? []).map(({ name }) => name));
  accessRules.cache.addIndex(byUser, ({ spec }) => [spec.userRef.name]);
  credentials.cache.addIndex(byUser, ({ spec }) => [spec.userRef.name]);
  credentials.cache.addIndex(byCredentialId, (credential) => [credentialId(credential)]);
  trusts.cache.addIndex(byTrustor, ({ spec }) => [spec.trustorRef.name]);
  trusts.cache.addIndex(byTrustee, ({ spec }) => [spec.trusteeRef.name]);
  let changes = 0;
  const count = () => {
    changes += 1;
  };
  applicationCredentials.cache.onChange(count);
  accessRules.cache.onChange(count);
  credentials.cache.onChange(count);
  trusts.cache.onChange(count);
  const readable: Readonly<Record<string, { get(name: string): KubeObject | undefined }>> = {
    User: world.users,
    Tenant: world.tenants,
    Role: world.roles,
    Trust: trusts,
  };
  return {
    ...world,
    applicationCredentials,
    accessRules,
    credentials,
    trusts,
    credentialById: (id) => credentials.byIndex(byCredentialId, id)[0],
    named: (references) => references.map(({ kind, name }) => readable[kind.kind]?.get(name)),
    epoch: () => world.epoch() + changes,
  };
}

const hasEnded = ({ spec }: { spec: { expiresAt?: string } }, now: number) =>
  spec.expiresAt !== undefined && Date.parse(spec.expiresAt) <= now;

export const isBoundCredential = (world: AuthWorld, credential: Credential): boolean =>
  isBound(credential, world.named(credentialReferences(credential)));

export const isBoundRule = (world: AuthWorld, rule: AccessRule): boolean => isBound(rule, world.named(accessRuleReferences(rule)));

/** Whether it is this very user's, and not one that had the name before. */
export function belongsTo(world: AuthWorld, credential: ApplicationCredential, user: User): boolean {
  return (
    credential.spec.userRef.name === user.metadata.name && isBound(credential, world.named(applicationCredentialReferences(credential)))
  );
}

/** Application credentials of the user, whether they have ended or not. */
export function applicationCredentialsOf(world: AuthWorld, user: User): ApplicationCredential[] {
  return world.applicationCredentials.byIndex(byUser, user.metadata.name).filter((each) => belongsTo(world, each, user));
}

export function isUsable(world: AuthWorld, credential: ApplicationCredential, now: number): boolean {
  return !hasEnded(credential, now) && isBound(credential, world.named(applicationCredentialReferences(credential)));
}

const longestChain = 100;

/** The trust and those that it was made from, the first one last. Undefined when one of them may not be used any more. */
export function trustChain(world: AuthWorld, trust: Trust, now: number): readonly Trust[] | undefined {
  const chain: Trust[] = [];
  for (let each: Trust | undefined = trust; chain.length < longestChain; ) {
    if (!each || hasEnded(each, now) || !isBound(each, world.named(trustReferences(each)))) return undefined;
    chain.push(each);
    if (!each.spec.redelegatedTrustRef) return chain;
    each = world.trusts.get(each.spec.redelegatedTrustRef.name);
  }
  return undefined;
}

/** What may still be used of it; undefined: no limit. */
export function remainingUses({ spec, status }: Trust): number | undefined {
  return spec.remainingUses === undefined ? undefined : Math.max(0, spec.remainingUses - (status?.uses ?? 0));
}
