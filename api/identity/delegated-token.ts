// What the holder of a token that is only for a part of somebody's rights may not do with it.
import { KumulusError } from "../../domain/errors.ts";
import { type CheckedToken, isDelegated } from "./token-check.ts";

const refusal = (action: string) => new KumulusError("Forbidden", `You are not authorized to perform the requested action: ${action}`);

/** Credentials outlive every token: only whoever logged in as the user itself has to do with them. */
export function refuseDelegated(checked: CheckedToken): void {
  if (isDelegated(checked)) throw refusal("Delegated tokens cannot access credentials directly.");
}

/** Application credentials may look after others of their kind where they are unrestricted; trusts and EC2 keys never. */
export function requireUnrestricted(checked: CheckedToken): void {
  const { applicationCredential, claims } = checked;
  if (claims.tru !== undefined || claims.crd !== undefined) {
    throw refusal("Cannot manage application credentials with a token issued via delegation.");
  }
  if (applicationCredential && !applicationCredential.spec.unrestricted) {
    throw refusal("Using method 'application_credential' is not allowed for managing additional application credentials.");
  }
}

/** A token of a trust may make a narrower one; EC2 keys none, and application credentials where they are unrestricted. */
export function requireTrustworthy({ applicationCredential, claims }: CheckedToken): void {
  const restricted = applicationCredential !== undefined && !applicationCredential.spec.unrestricted;
  if (claims.crd !== undefined || restricted) throw refusal("Delegated tokens cannot manage trusts.");
}
