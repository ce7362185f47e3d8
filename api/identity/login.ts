// A login: from the body of POST /v3/auth/tokens to a token. Whatever is wrong with the caller is one and the same 401.

import { identify, type MethodDeps } from "./login-methods.ts";
import type { LoginBody } from "./login-schema.ts";
import { consume, scopeOf } from "./login-scope.ts";
import type { Settings } from "./settings.ts";
import type { IssuedToken } from "./tokens.ts";

export interface LoginDeps extends MethodDeps {
  readonly settings: Settings;
}

export async function login(deps: LoginDeps, { auth }: LoginBody): Promise<IssuedToken> {
  const { world, tokens } = deps;
  const known = await identify(deps, auth.identity);
  const scoped = scopeOf(world, known, auth.scope, deps.settings());
  const issued = await tokens.issue({ ...known, ...scoped, methods: auth.identity.methods });
  if (scoped.trust) await consume(world, scoped.trust);
  return issued;
}
