// Claims that this cloud has signed, as text and back: tokens, and the receipts of logins that are not complete.
import { keyIdOf, signJWS, verifyJWS } from "./jws.ts";
import type { TokenKeys } from "./keys.ts";

const longest = 8192;

/** What every signed text says: when it was made and when it ends, ms since 1970. */
interface Dated {
  readonly iat: number;
  readonly exp: number;
}

export async function signed(keys: TokenKeys, claims: Dated): Promise<string> {
  if (keys.due) await keys.load();
  return signJWS(claims, keys.current);
}

const isDated = (claims: object | undefined): claims is Dated => {
  const { iat, exp } = (claims ?? {}) as Partial<Dated>;
  return typeof iat === "number" && typeof exp === "number";
};

/** Undefined for what no key of ours can have signed. The caller looks at the claims, and whether they have ended. */
export async function readSigned(keys: TokenKeys, text: string): Promise<{ claims: Dated; kid: string } | undefined> {
  const kid = text.length <= longest ? keyIdOf(text) : undefined;
  const key = kid === undefined ? undefined : (keys.find(kid) ?? (await keys.findFresh(kid)));
  const claims = key && verifyJWS(text, key);
  return key && isDated(claims) && keys.mayHaveSigned(key, claims) ? { claims, kid: key.kid } : undefined;
}
