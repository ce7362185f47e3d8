// fetch that trusts the certificates of one identity provider.
import { Agent, fetch as fetchWith } from "undici";

/** Undefined without certificates: the usual ones hold. */
export function trusting(caBundle: string | undefined): typeof fetch | undefined {
  if (caBundle === undefined) return undefined;
  const dispatcher = new Agent({ connect: { ca: caBundle } });
  return ((url: string, options: object) => fetchWith(url, { ...options, dispatcher })) as unknown as typeof fetch;
}
