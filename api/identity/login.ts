// A login: from the body of POST /v3/auth/tokens to the answer with a token. Whatever is wrong with the caller is one and the same 401.
import type { ApiRequest } from "../http/request.ts";
import type { Reply } from "../http/route.ts";
import { missingFactors, type Receipts } from "./factors.ts";
import { type Identified, identify, knownMethods, type MethodDeps } from "./login-methods.ts";
import type { LoginBody } from "./login-schema.ts";
import { consume, scopeOf } from "./login-scope.ts";
import type { Settings } from "./settings.ts";
import type { TokenPresenter } from "./token-reply.ts";
import { unauthorized } from "./tokens.ts";

export interface LoginDeps extends MethodDeps {
  readonly settings: Settings;
  readonly receipts: Receipts;
  readonly present: TokenPresenter;
}

type LoginRequest = Pick<ApiRequest, "origin" | "rawQuery" | "headers">;

/** With what a receipt says was shown before: a login may bring its methods one after the other. */
async function withReceipt({ receipts }: LoginDeps, { headers }: LoginRequest, known: Identified): Promise<Identified> {
  const text = headers["openstack-auth-receipt"];
  if (typeof text !== "string") return known;
  const shown = await receipts.read(text, known.user);
  if (!shown) throw unauthorized();
  const fingerprint = known.passwordFingerprint ?? shown.passwordFingerprint;
  return {
    ...known,
    methods: [...new Set([...known.methods, ...shown.methods])],
    ...(fingerprint !== undefined && { passwordFingerprint: fingerprint }),
  };
}

/** For a user who has shown who it is: a token, or a receipt when that is not enough. */
export async function finishLogin(
  deps: LoginDeps,
  request: LoginRequest,
  identified: Identified,
  scope: LoginBody["auth"]["scope"],
): Promise<Reply> {
  const { world, tokens, settings, receipts } = deps;
  const known = await withReceipt(deps, request, identified);
  const methods = [...new Set([...known.methods, ...(known.parent?.amr ?? [])])];
  const missing = missingFactors(known.user, methods, knownMethods);
  if (missing) return receipts.ask({ ...known, methods }, missing);
  const scoped = scopeOf(world, known, scope, settings());
  const issued = await tokens.issue({ ...known, ...scoped });
  if (scoped.trust) await consume(world, scoped.trust);
  return { ...deps.present(request, issued.checked, issued.token), status: 201 };
}

export async function login(deps: LoginDeps, request: LoginRequest & Pick<ApiRequest, "stream">, { auth }: LoginBody): Promise<Reply> {
  return finishLogin(deps, request, await identify(deps, auth.identity, request), auth.scope);
}
