// The answer that shows a token, with the catalog at the address that the client used.
import type { ApiRequest } from "../http/request.ts";
import type { Reply } from "../http/route.ts";
import type { Catalog } from "./catalog.ts";
import type { CheckedToken } from "./token-check.ts";
import { viewToken } from "./token-view.ts";

/** `token`: the token itself, where the caller may have it. */
export type TokenPresenter = (request: Pick<ApiRequest, "origin" | "rawQuery">, checked: CheckedToken, token: string | undefined) => Reply;

const withoutCatalog = /(^|&)nocatalog(=|&|$)/;

export const tokenPresenter =
  (catalog: Catalog): TokenPresenter =>
  (request, checked, token) => ({
    body: { token: viewToken(checked, withoutCatalog.test(request.rawQuery) ? undefined : { catalog, origin: request.origin }) },
    headers: { ...(token !== undefined && { "X-Subject-Token": token }), Vary: "X-Auth-Token" },
  });
