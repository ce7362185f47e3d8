// The rights behind the verbs of a Store. Pure.
import { type Right, right } from "../../domain/rights.ts";
import type { Kind } from "../../models/kind.ts";

type StoreVerb = "create" | "update" | "patch" | "delete" | "refresh";

/** An update that comes too late reads the newest object first. */
const needed = {
  create: ["create"],
  update: ["update", "get"],
  patch: ["patch"],
  delete: ["delete"],
  refresh: ["get"],
} as const;

export const storeRights = (kind: Kind, ...verbs: StoreVerb[]): Right => right(kind, ...verbs.flatMap((verb) => needed[verb]));
