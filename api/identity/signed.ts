// Claims that this cloud has signed, as text and back: tokens, and the receipts of logins that are not complete.
import { keyIdOf, signJWS, verifyJWS } from "./jws.ts";
import type { TokenKeys } from "./keys.ts";

const longest = 8192;

export async function signed(keys: TokenKeys, claims: object): Promise<string> {
  if (keys.due) await keys.load();
  return signJWS(claims, keys.current);
}

/** Undefined for what no key of ours has signed. The caller looks at the claims. */
export async function readSigned(keys: TokenKeys, text: string): Promise<Record<string, unknown> | undefined> {
  const kid = text.length <= longest ? keyIdOf(text) : undefined;
  const key = kid === undefined ? undefined : (keys.find(kid) ?? (await keys.findFresh(kid)));
  return key && verifyJWS(text, key);
}
