// Ids of identity providers and mappings: their clients choose them.
import { KumulusError } from "../../../domain/errors.ts";
import { hashedName, idLabel } from "../../../domain/id.ts";
import type { KubeObject } from "../../../models/kind.ts";

/** The id in URLs: clients choose it. An object that somebody made with kubectl has its name as id. */
export const federationID = ({ metadata }: KubeObject): string => metadata.labels?.[idLabel] ?? metadata.name;

/** Metadata of an object with an id of the client's; Invalid (400) for an id that can not be a label. */
export function metadataFor(id: string): { name: string; labels: Record<string, string> } {
  if (!/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(id)) {
    throw new KumulusError(
      "Invalid",
      "The id must be 1 to 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends.",
    );
  }
  const isName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(id);
  return { name: isName ? id : hashedName(id), labels: { [idLabel]: id } };
}
