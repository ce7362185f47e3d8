// The OpenStack id of an object and the Kubernetes name of an object made through an API: the one place that knows either rule.
import { createHash, randomUUID } from "node:crypto";
import type { KubeObject } from "../models/kind.ts";

/** Label with the OpenStack id of an object that an API made; an object without it has its uid as id. */
export const idLabel = "kumulus.cloud/id";

/** Annotation with the time at which an object was first made, RFC 3339: a restored one has another `creationTimestamp`. */
export const createdAnnotation = "kumulus.cloud/created-at";

/** Namespace of the cloud's own Secrets and Leases. */
export const systemNamespace = "kumulus-system";

/** Label of a tenant's namespace with the Tenant's name. */
export const tenantLabel = "kumulus.cloud/tenant";

const tenantPrefix = "kumulus-";

/** The namespace that holds a tenant's objects. */
export const namespaceOfTenant = (name: string): string => `${tenantPrefix}${name}`;

/** Name of the Tenant that would have this namespace; "" for a namespace that is nobody's. */
export const tenantOf = (namespace: string): string => (namespace.startsWith(tenantPrefix) ? namespace.slice(tenantPrefix.length) : "");

/** OpenStack id: the label if set, else `metadata.uid`. Empty for an object that the API server has not seen. */
export function idOf(object: KubeObject): string {
  return object.metadata.labels?.[idLabel] ?? object.metadata.uid ?? "";
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** When it was first made, RFC 3339 in UTC; empty for an object that the API server has not seen. Anybody may write annotations: what is no time does not count. */
export function createdAt({ metadata }: KubeObject): string {
  const noted = metadata.annotations?.[createdAnnotation] ?? "";
  return time.test(noted) && !Number.isNaN(Date.parse(noted)) ? noted : (metadata.creationTimestamp ?? "");
}

/** Name that OpenStack clients show. */
export function displayNameOf(object: KubeObject & { spec: { displayName?: string } }): string {
  return object.spec.displayName ?? object.metadata.name;
}

/** Lower-case RFC 1123 label made from free text; "" when nothing of it can stay. `length` is the longest result. */
export function slug(text: string, length = 63): string {
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  return plain.replace(/^-+/, "").slice(0, length).replace(/-+$/, "");
}

/** Deterministic name ≤ 63 characters: readable parts and a hash of all of them, so that different parts never share a name. */
export function hashedName(...parts: readonly string[]): string {
  const hash = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 8);
  const text = slug(parts.join("-"), 54);
  return text ? `${text}-${hash}` : `x-${hash}`;
}

interface NewMetadata {
  name: string;
  namespace?: string;
  labels: Record<string, string>;
  finalizers?: string[];
}

/** Metadata of an object that an API makes: a fresh id, a name made of the display name and that id, and its controller's finalizer. */
export function newMetadata(displayName: string, namespace?: string, finalizer?: string): NewMetadata {
  const id = randomUUID();
  const text = slug(displayName, 52);
  const name = `${/^[a-z]/.test(text) ? text : `x${text ? `-${text}` : ""}`}-${id.slice(0, 8)}`;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [idLabel]: id },
    ...(finalizer === undefined ? {} : { finalizers: [finalizer] }),
  };
}
