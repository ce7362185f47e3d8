// A login: from the body of POST /v3/auth/tokens to a token. Whatever is wrong with the caller is one and the same 401.
import { KumulusError } from "../../domain/errors.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { User } from "../../models/identity/user.ts";
import type { DomainRef, LoginBody, PasswordUser, ScopeBody } from "./login-schema.ts";
import type { Claims } from "./token-check.ts";
import { type IssuedToken, type TokenRequest, type Tokens, unauthorized } from "./tokens.ts";
import { type IdentityWorld, isEnabled } from "./world.ts";

export interface LoginDeps {
  readonly world: IdentityWorld;
  readonly tokens: Tokens;
  /** Fingerprint of the right password, undefined for a wrong one. */
  checkPassword(user: User | undefined, password: string): Promise<string | undefined>;
}

interface Identified {
  user: User;
  passwordFingerprint?: string;
  parent?: Claims;
}

function domainBy(world: IdentityWorld, ref: DomainRef | undefined): Domain | undefined {
  if (ref?.id !== undefined) return world.byId(world.domains, ref.id);
  return ref?.name === undefined ? undefined : world.domainByName(ref.name);
}

function userBy(world: IdentityWorld, { id, name, domain: ref }: PasswordUser): User | undefined {
  if (id !== undefined) return world.byId(world.users, id);
  const domain = domainBy(world, ref);
  return name !== undefined && domain ? world.userByName(name, domain) : undefined;
}

function requireUserRef({ id, name, domain }: PasswordUser): void {
  if (id !== undefined) return;
  if (name === undefined) throw new KumulusError("Invalid", "Invalid input for field 'identity/password/user': id or name is needed.");
  if (domain?.id === undefined && domain?.name === undefined) {
    throw new KumulusError("Invalid", "Invalid input for field 'identity/password/user': a name needs a domain with its id or name.");
  }
}

async function byPassword({ world, checkPassword }: LoginDeps, ref: PasswordUser): Promise<Identified> {
  requireUserRef(ref);
  const found = userBy(world, ref);
  const user = isEnabled(found) && found && isEnabled(world.domainOf(found)) ? found : undefined;
  const passwordFingerprint = await checkPassword(user, ref.password);
  if (!user || passwordFingerprint === undefined) throw unauthorized();
  return { user, passwordFingerprint };
}

async function byToken({ tokens }: LoginDeps, token: string): Promise<Identified> {
  const { user, claims } = await tokens.inspect(token);
  return { user, parent: claims, ...(claims.pwf !== undefined && { passwordFingerprint: claims.pwf }) };
}

async function identify(deps: LoginDeps, { methods, password, token }: LoginBody["auth"]["identity"]): Promise<Identified> {
  const unknown = methods.find((method) => method !== "password" && method !== "token");
  if (unknown !== undefined) throw new KumulusError("Unauthorized", "Attempted to authenticate with an unsupported method.");
  let known: Identified | undefined;
  for (const method of methods) {
    const part = method === "password" ? password && (await byPassword(deps, password.user)) : token && (await byToken(deps, token.id));
    if (!part) throw new KumulusError("Invalid", `Expecting to find ${method} in identity. The server could not comply with the request.`);
    if (known && known.user.metadata.uid !== part.user.metadata.uid) throw unauthorized();
    known = { ...known, ...part };
  }
  if (!known) throw unauthorized();
  return known;
}

function explicitScope(world: IdentityWorld, scope: ScopeBody): TokenRequest["scope"] {
  const { project, domain: domainRef, system } = scope;
  if ([project, domainRef, system].filter((each) => each !== undefined).length > 1) {
    throw new KumulusError("Invalid", "A token is scoped to one of project, domain and system.");
  }
  if (project) {
    const domain = project.id === undefined ? domainBy(world, project.domain) : undefined;
    const tenant =
      project.id === undefined ? domain && world.tenantByName(project.name ?? "", domain) : world.byId(world.tenants, project.id);
    if (!tenant) throw unauthorized();
    return { tenant };
  }
  if (domainRef) {
    const domain = domainBy(world, domainRef);
    if (!domain) throw unauthorized();
    return { domain };
  }
  return system ? { system: true } : {};
}

/** Without a scope in the body: the user's default project if it may be used, else no scope. */
function defaultScope(world: IdentityWorld, { user }: Identified): TokenRequest["scope"] {
  const name = user.spec.defaultTenantRef?.name;
  const tenant = name === undefined ? undefined : world.tenants.get(name);
  const usable = tenant && isEnabled(tenant) && isEnabled(world.domainOf(tenant)) && world.rolesOf(user, { tenant }).length > 0;
  return usable ? { tenant } : {};
}

export async function login(deps: LoginDeps, { auth }: LoginBody): Promise<IssuedToken> {
  const known = await identify(deps, auth.identity);
  const asked = auth.scope === "unscoped" ? {} : auth.scope;
  const scope = asked ? explicitScope(deps.world, asked) : defaultScope(deps.world, known);
  return deps.tokens.issue({ ...known, scope, methods: auth.identity.methods });
}
