// PATCH of an image: Glance's JSON-patch media type (operations of one level, and tags).

import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import type { Image, ImageSpec } from "../../models/image/image.ts";
import { bodyChecker } from "../http/validation.ts";
import { isBaseField, setField } from "./fields.ts";
import { baseFields, type PatchBody, type PatchOperation } from "./schema.ts";

/** The second has the operation as a key: `{"replace": "/name", "value": "x"}` (an early draft of RFC 6902). */
export const patchMediaTypes = ["application/openstack-images-v2.1-json-patch", "application/openstack-images-v2.0-json-patch"];

const checkFields = bodyChecker(Type.Object(baseFields, { additionalProperties: Type.String({ maxLength: 65_535 }) }));

function fieldOf({ path }: PatchOperation): string {
  const [, name = "", ...rest] = path.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (rest.length > 0 || name === "") throw new KumulusError("Invalid", `Invalid path ${path}: it must name one attribute.`);
  return name;
}

/** Formats can only change while there are no bytes. */
function checkFormatChange(image: Image, name: string): void {
  const settled = image.status?.phase !== undefined && image.status.phase !== "queued";
  if (settled && (name === "disk_format" || name === "container_format")) {
    throw new KumulusError("Forbidden", `Attribute ${name} can be changed only while the image is queued.`);
  }
}

function applyOne(spec: ImageSpec, operation: PatchOperation): void {
  const name = fieldOf(operation);
  const base = isBaseField(name);
  const exists = base || spec.properties?.[name] !== undefined;
  if (operation.op === "remove") {
    if (base) throw new KumulusError("Forbidden", `Property ${name} may not be removed.`);
    if (!exists) throw new KumulusError("Conflict", `Property ${name} does not exist.`);
    setField(spec, name, null);
    return;
  }
  if (operation.op === "replace" && !exists) {
    // A read-only field is refused as such, not as missing.
    setField({ ...spec, properties: { ...spec.properties } }, name, "");
    throw new KumulusError("Conflict", `Property ${name} does not exist.`);
  }
  if (operation.value === undefined) throw new KumulusError("Invalid", `Operation ${operation.op} of ${operation.path} needs a value.`);
  setField(spec, name, operation.value);
  checkFields({ [name]: operation.value });
}

function operationOf(given: PatchBody[number]): PatchOperation {
  if ("op" in given) return given;
  if ("add" in given) return { op: "add", path: given.add, value: given.value };
  if ("replace" in given) return { op: "replace", path: given.replace, value: given.value };
  return { op: "remove", path: given.remove };
}

/** Changes `draft` in place, all operations or (by throwing) none that anybody sees. */
export function applyPatch(draft: Image, body: PatchBody): void {
  for (const operation of body.map(operationOf)) {
    checkFormatChange(draft, fieldOf(operation));
    applyOne(draft.spec, operation);
  }
}
