// Fingerprint of a CRD's schemas: the same for the file in crds/ and for what an API server stores of it.
import { createHash } from "node:crypto";

/** The part of a CustomResourceDefinition that says what objects may look like. */
export interface DefinedVersions {
  versions?: readonly { name: string; schema?: unknown; subresources?: unknown }[] | undefined;
}

/** API servers give keys back in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export function schemaHash({ versions = [] }: DefinedVersions): string {
  const text = JSON.stringify(versions.map(({ name, schema, subresources }) => sorted({ name, schema, subresources })));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
