// A Secret of the system namespace that goes with the object for which it was made.
import type { KubeObject } from "../../models/kind.ts";
import type { Secret } from "../../operator/kube/core-kinds.ts";

export function ownedSecret(
  metadata: { name: string; namespace: string },
  { apiVersion, kind, metadata: { name, uid = "" } }: KubeObject,
  texts: Readonly<Record<string, string>>,
): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...metadata, ownerReferences: [{ apiVersion, kind, name, uid }] },
    type: "Opaque",
    data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
  };
}
