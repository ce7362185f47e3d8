// The methods of a login: each turns its part of the body into who it is. Whatever is wrong with the caller is one and the same 401.
import { isCode, KumulusError } from "../../domain/errors.ts";
import { displayNameOf } from "../../domain/id.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { User } from "../../models/identity/user.ts";
import type { ApiRequest } from "../http/request.ts";
import type { ApplicationSecrets } from "./application-secrets.ts";
import { type AuthWorld, applicationCredentialsOf, isUsable } from "./delegations.ts";
import { externalUser } from "./external.ts";
import type { DomainRef, IdentityBody, UserRef } from "./login-schema.ts";
import type { Settings } from "./settings.ts";
import { type Claims, isDelegated } from "./token-check.ts";
import { type Tokens, unauthorized } from "./tokens.ts";
import type { Passcodes } from "./totp.ts";
import { isEnabled } from "./world.ts";

/** The domain of a name without one (Keystone's default_domain_id). */
const defaultDomainID = "default";

export interface MethodDeps {
  readonly world: AuthWorld;
  readonly tokens: Tokens;
  readonly applicationSecrets: ApplicationSecrets;
  readonly passcodes: Passcodes;
  /** Fingerprint of the right password, undefined for a wrong one. */
  checkPassword(user: User | undefined, password: string): Promise<string | undefined>;
  /** Whether it has not logged in for too long. */
  isInactive(user: User): boolean;
  readonly settings: Settings;
}

/** What one method finds out. */
type Part = Omit<Identified, "methods">;
type LoginRequest = Pick<ApiRequest, "headers" | "stream">;

export interface Identified {
  readonly user: User;
  /** Methods of this login. */
  readonly methods: readonly string[];
  /** When the token must end at the latest, ms since 1970. */
  readonly notAfter?: number;
  readonly passwordFingerprint?: string;
  readonly parent?: Claims;
  readonly applicationCredential?: ApplicationCredential;
}

export function domainBy(world: AuthWorld, ref: DomainRef | undefined): Domain | undefined {
  if (ref?.id !== undefined) return world.byId(world.domains, ref.id);
  return ref?.name === undefined ? undefined : world.domainByName(ref.name);
}

/** Whether somebody may log in at all. */
export const mayLogIn = ({ world, isInactive }: Pick<MethodDeps, "world" | "isInactive">, user: User): boolean =>
  isEnabled(user) && isEnabled(world.domainOf(user)) && !isInactive(user);

/** Somebody who may log in; Invalid (400) for a reference that names nobody at all. */
function userBy(deps: MethodDeps, field: string, { id, name, domain: ref }: UserRef): User | undefined {
  const { world } = deps;
  if (id === undefined && name === undefined) {
    throw new KumulusError("Invalid", `Invalid input for field '${field}': id or name is needed.`);
  }
  if (id === undefined && ref?.id === undefined && ref?.name === undefined) {
    throw new KumulusError("Invalid", `Invalid input for field '${field}': a name needs a domain with its id or name.`);
  }
  const domain = domainBy(world, ref);
  const user = id !== undefined ? world.byId(world.users, id) : domain && name !== undefined ? world.userByName(name, domain) : undefined;
  return user && mayLogIn(deps, user) ? user : undefined;
}

async function byPassword(deps: MethodDeps, { password }: IdentityBody): Promise<Part | undefined> {
  if (!password) return undefined;
  const user = userBy(deps, "identity/password/user", password.user);
  const passwordFingerprint = await deps.checkPassword(user, password.user.password);
  if (!user || passwordFingerprint === undefined) throw unauthorized();
  return { user, passwordFingerprint };
}

/** A token that is only for a part of what somebody may do must not become one for more. */
async function byToken({ tokens }: MethodDeps, { token }: IdentityBody): Promise<Part | undefined> {
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

async function byTotp(deps: MethodDeps, { totp }: IdentityBody): Promise<Part | undefined> {
  if (!totp) return undefined;
  const user = userBy(deps, "identity/totp/user", totp.user);
  if (!user || !(await deps.passcodes.use(user, totp.user.passcode))) throw unauthorized();
  return { user };
}

function findApplicationCredential(deps: MethodDeps, part: NonNullable<IdentityBody["application_credential"]>) {
  const { world } = deps;
  if (part.id !== undefined) return world.byId(world.applicationCredentials, part.id);
  const { name, user: ref } = part;
  if (name === undefined || !ref) {
    throw new KumulusError("Invalid", "Invalid input for field 'identity/application_credential': id, or name and user are needed.");
  }
  const user = userBy(deps, "identity/application_credential/user", ref);
  return user && applicationCredentialsOf(world, user).find((each) => displayNameOf(each) === name);
}

async function byApplicationCredential(deps: MethodDeps, body: IdentityBody): Promise<Part | undefined> {
  const { world, applicationSecrets } = deps;
  const part = body.application_credential;
  if (!part) return undefined;
  const found = findApplicationCredential(deps, part);
  const credential = found && isUsable(world, found, deps.tokens.now()) ? found : undefined;
  const user = credential && world.users.get(credential.spec.userRef.name);
  const matches = await applicationSecrets.matches(credential, part.secret);
  if (!credential || !user || !matches || deps.isInactive(user)) throw unauthorized();
  return { user, applicationCredential: credential };
}

/** The proxy's word is the whole proof: the body has nothing to add. */
async function byProxy(deps: MethodDeps, _body: IdentityBody, request: LoginRequest): Promise<Part | undefined> {
  const external = externalUser(request, deps.settings());
  if (!external) throw unauthorized();
  const domain = external.domain === undefined ? { id: defaultDomainID } : { name: external.domain };
  const user = userBy(deps, "identity/external/user", { name: external.name, domain });
  if (!user) throw unauthorized();
  return { user };
}

/** Undefined: the body has no part for the method. */
type Method = (deps: MethodDeps, identity: IdentityBody, request: LoginRequest) => Promise<Part | undefined>;

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["password", byPassword],
  ["token", byToken],
  ["totp", byTotp],
  ["application_credential", byApplicationCredential],
  ["external", byProxy],
]);

/** `openid`: a bearer token that is looked into elsewhere. */
export const knownMethods: ReadonlySet<string> = new Set([...methods.keys(), "openid"]);

/** All methods that the body names, each of which must be the same user's; none named means the proxy's. Unauthorized for a method that is not known. */
export async function identify(deps: MethodDeps, identity: IdentityBody, request: LoginRequest): Promise<Identified> {
  const names = identity.methods.length > 0 ? [...new Set(identity.methods)] : ["external"];
  const wanted = names.map((name) => ({ name, method: methods.get(name) }));
  if (wanted.some(({ method }) => !method)) throw new KumulusError("Unauthorized", "Attempted to authenticate with an unsupported method.");
  let known: Part | undefined;
  for (const { name, method } of wanted) {
    const part = await method?.(deps, identity, request);
    if (!part) throw new KumulusError("Invalid", `Expecting to find ${name} in identity. The server could not comply with the request.`);
    if (known && known.user.metadata.uid !== part.user.metadata.uid) throw unauthorized();
    known = { ...known, ...part };
  }
  if (!known) throw unauthorized();
  return { ...known, methods: names };
}
