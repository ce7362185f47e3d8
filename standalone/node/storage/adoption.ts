// A claim that was there before its DataVolume: CDI takes it over, as it is, where the DataVolume says so.
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import type { Context } from "../../../operator/contract.ts";
import { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";

export const adoptionAnnotation = "cdi.kubevirt.io/allowClaimAdoption";

export const isOwned = ({ metadata }: PersistentVolumeClaim, dataVolume: DataVolume): boolean =>
  metadata.ownerReferences?.some(({ uid }) => uid === dataVolume.metadata.uid) === true;

export const mayAdopt = (claim: PersistentVolumeClaim, { metadata }: DataVolume): boolean =>
  metadata.annotations?.[adoptionAnnotation] === "true" && claim.metadata.ownerReferences?.some(({ controller }) => controller) !== true;

/** Conflict when somebody changed the claim meanwhile. */
export async function adopt(claim: PersistentVolumeClaim, dataVolume: DataVolume, ctx: Context): Promise<void> {
  const { name, namespace = "", ownerReferences = [], resourceVersion } = claim.metadata;
  const { apiVersion, kind, metadata } = dataVolume;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true, blockOwnerDeletion: true };
  const patch = { metadata: { resourceVersion, ownerReferences: [...ownerReferences, owner] } };
  await ctx.client.patch(PersistentVolumeClaim, { name, namespace }, patch);
}
