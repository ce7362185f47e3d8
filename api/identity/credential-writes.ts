// Making and changing Credentials: the object first, then the Secret with its blob, which goes with it.
import { isCode, KumulusError } from "../../domain/errors.ts";
import { boundAnnotation, credentialReferences } from "../../domain/identity/bound.ts";
import type { Credential } from "../../models/identity/credential.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { User } from "../../models/identity/user.ts";
import type { Blobs } from "./blobs.ts";
import { bindingOf, boundMetadata } from "./bound-metadata.ts";
import { accessKeyHash } from "./credential-id.ts";
import type { AuthWorld } from "./delegations.ts";

export interface CredentialDeps {
  readonly world: AuthWorld;
  readonly blobs: Blobs;
}

export interface NewCredential {
  readonly user: User;
  readonly tenant: Tenant | undefined;
  readonly type: string;
  readonly blob: string;
  /** Of an EC2 credential. */
  readonly access?: string;
}

const hashDigits = 40;

/** Conflict (409) for an access key that is taken. */
export async function createCredential({ world, blobs }: CredentialDeps, wanted: NewCredential): Promise<Credential> {
  const { user, tenant, type, blob, access } = wanted;
  const hash = access === undefined ? undefined : accessKeyHash(access);
  const credential: Credential = {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Credential",
    metadata: { name: "" },
    spec: {
      userRef: { name: user.metadata.name },
      ...(tenant && { tenantRef: { name: tenant.metadata.name } }),
      type,
      ...(hash !== undefined && { accessKeyHash: hash }),
      secretRef: { name: "" },
    },
  };
  const name = hash && `ec2-${hash.slice(0, hashDigits)}`;
  credential.metadata = boundMetadata(world, credentialReferences(credential), type, name);
  credential.spec.secretRef.name = blobs.newName(credential.metadata.name);
  const made = await world.credentials.create(credential).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
    throw new KumulusError("Conflict", "Conflict occurred attempting to store credential - Duplicate entry.");
  });
  try {
    await blobs.create(made, blob);
  } catch (error) {
    await world.credentials.delete(made);
    throw error;
  }
  return made;
}

/** The new blob gets a Secret of its own: whoever reads meanwhile sees the old one or the new one. */
export async function updateCredential(
  { world, blobs }: CredentialDeps,
  credential: Credential,
  { blob, tenant }: { blob: string | undefined; tenant: Tenant | undefined },
): Promise<Credential> {
  const next = structuredClone(credential);
  if (tenant) next.spec.tenantRef = { name: tenant.metadata.name };
  if (blob !== undefined) {
    next.spec.secretRef = { name: blobs.newName(credential.metadata.name) };
    await blobs.create(next, blob);
  }
  const binding = bindingOf(world, credentialReferences(next));
  const updated = await world.credentials.update(credential, (draft) => {
    draft.spec = { ...draft.spec, ...next.spec };
    draft.metadata.annotations = { ...draft.metadata.annotations, [boundAnnotation]: binding };
  });
  if (blob !== undefined) await blobs.delete(credential.spec.secretRef.name);
  return updated;
}
