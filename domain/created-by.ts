// Who asked for an object through an API: kept as annotations, since the object's spec is about what it is and not about where it came from.
import type { KubeObject } from "../models/kind.ts";

/** Id of the user who made the object through an API. */
export const createdByAnnotation = "kumulus.cloud/created-by";
/** Id of the request that made it. */
export const requestAnnotation = "kumulus.cloud/request-id";

/** The user's id; "" for an object made with kubectl. */
export const createdBy = (object: KubeObject): string => object.metadata.annotations?.[createdByAnnotation] ?? "";
export const requestOf = (object: KubeObject): string => object.metadata.annotations?.[requestAnnotation] ?? "";

export function creatorAnnotations(userID: string, requestID: string): Record<string, string> {
  return { [createdByAnnotation]: userID, [requestAnnotation]: requestID };
}
