// The methods of a login: each turns its part of the body into who it is. Whatever is wrong with the caller is one and the same 401.
import { isCode, KumulusError } from "../../domain/errors.ts";
import { displayNameOf } from "../../domain/id.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { User } from "../../models/identity/user.ts";
import type { ApplicationSecrets } from "./application-secrets.ts";
import { type AuthWorld, applicationCredentialsOf, isUsable } from "./delegations.ts";
import type { DomainRef, IdentityBody, UserRef } from "./login-schema.ts";
import { type Claims, isDelegated } from "./token-check.ts";
import { type Tokens, unauthorized } from "./tokens.ts";
import type { Passcodes } from "./totp.ts";
import { isEnabled } from "./world.ts";

export interface MethodDeps {
  readonly world: AuthWorld;
  readonly tokens: Tokens;
  readonly applicationSecrets: ApplicationSecrets;
  readonly passcodes: Passcodes;
  /** Fingerprint of the right password, undefined for a wrong one. */
  checkPassword(user: User | undefined, password: string): Promise<string | undefined>;
}

export interface Identified {
  readonly user: User;
  readonly passwordFingerprint?: string;
  readonly parent?: Claims;
  readonly applicationCredential?: ApplicationCredential;
}

export function domainBy(world: AuthWorld, ref: DomainRef | undefined): Domain | undefined {
  if (ref?.id !== undefined) return world.byId(world.domains, ref.id);
  return ref?.name === undefined ? undefined : world.domainByName(ref.name);
}

/** Somebody who may log in; Invalid (400) for a reference that names nobody at all. */
function userBy(world: AuthWorld, field: string, { id, name, domain: ref }: UserRef): User | undefined {
  if (id === undefined && name === undefined) {
    throw new KumulusError("Invalid", `Invalid input for field '${field}': id or name is needed.`);
  }
  if (id === undefined && ref?.id === undefined && ref?.name === undefined) {
    throw new KumulusError("Invalid", `Invalid input for field '${field}': a name needs a domain with its id or name.`);
  }
  const domain = domainBy(world, ref);
  const user = id !== undefined ? world.byId(world.users, id) : domain && name !== undefined ? world.userByName(name, domain) : undefined;
  return user && isEnabled(user) && isEnabled(world.domainOf(user)) ? user : undefined;
}

async function byPassword({ world, checkPassword }: MethodDeps, { password }: IdentityBody): Promise<Identified | undefined> {
  if (!password) return undefined;
  const user = userBy(world, "identity/password/user", password.user);
  const passwordFingerprint = await checkPassword(user, password.user.password);
  if (!user || passwordFingerprint === undefined) throw unauthorized();
  return { user, passwordFingerprint };
}

/** A token that is only for a part of what somebody may do must not become one for more. */
async function byToken({ tokens }: MethodDeps, { token }: IdentityBody): Promise<Identified | undefined> {
  if (!token) return undefined;
  // As in Keystone: what is no token (any more) is not found, whatever became of it.
  const checked = await tokens.inspect(token.id).catch((error: unknown) => {
    throw isCode(error, "Unauthorized") ? new KumulusError("NotFound", "Could not find a valid token of that id.") : error;
  });
  if (isDelegated(checked)) {
    throw new KumulusError(
      "Forbidden",
      "You are not authorized to perform the requested action: Using a delegated token to create another token is not allowed.",
    );
  }
  const { user, claims } = checked;
  return { user, parent: claims, ...(claims.pwf !== undefined && { passwordFingerprint: claims.pwf }) };
}

async function byTotp({ world, passcodes }: MethodDeps, { totp }: IdentityBody): Promise<Identified | undefined> {
  if (!totp) return undefined;
  const user = userBy(world, "identity/totp/user", totp.user);
  if (!user || !(await passcodes.use(user, totp.user.passcode))) throw unauthorized();
  return { user };
}

function findApplicationCredential(world: AuthWorld, part: NonNullable<IdentityBody["application_credential"]>) {
  if (part.id !== undefined) return world.byId(world.applicationCredentials, part.id);
  const { name, user: ref } = part;
  if (name === undefined || !ref) {
    throw new KumulusError("Invalid", "Invalid input for field 'identity/application_credential': id, or name and user are needed.");
  }
  const user = userBy(world, "identity/application_credential/user", ref);
  return user && applicationCredentialsOf(world, user).find((each) => displayNameOf(each) === name);
}

async function byApplicationCredential(deps: MethodDeps, body: IdentityBody): Promise<Identified | undefined> {
  const { world, applicationSecrets } = deps;
  const part = body.application_credential;
  if (!part) return undefined;
  const found = findApplicationCredential(world, part);
  const credential = found && isUsable(world, found, deps.tokens.now()) ? found : undefined;
  const user = credential && world.users.get(credential.spec.userRef.name);
  const matches = await applicationSecrets.matches(credential, part.secret);
  if (!credential || !user || !matches) throw unauthorized();
  return { user, applicationCredential: credential };
}

/** Undefined: the body has no part for the method. */
type Method = (deps: MethodDeps, identity: IdentityBody) => Promise<Identified | undefined>;

const methods: ReadonlyMap<string, Method> = new Map([
  ["password", byPassword],
  ["token", byToken],
  ["totp", byTotp],
  ["application_credential", byApplicationCredential],
]);

/** All methods that the body names, each of which must be the same user's. Unauthorized for a method that is not known. */
export async function identify(deps: MethodDeps, identity: IdentityBody): Promise<Identified> {
  const wanted = [...new Set(identity.methods)].map((name) => ({ name, method: methods.get(name) }));
  if (wanted.some(({ method }) => !method)) throw new KumulusError("Unauthorized", "Attempted to authenticate with an unsupported method.");
  let known: Identified | undefined;
  for (const { name, method } of wanted) {
    const part = await method?.(deps, identity);
    if (!part) throw new KumulusError("Invalid", `Expecting to find ${name} in identity. The server could not comply with the request.`);
    if (known && known.user.metadata.uid !== part.user.metadata.uid) throw unauthorized();
    known = { ...known, ...part };
  }
  if (!known) throw unauthorized();
  return known;
}
