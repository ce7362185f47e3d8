// Kinds of cloud objects that an archive keeps: all but what the API finds out again from the policy files.
import { PolicyFile } from "../../models/identity/policy-file.ts";
import type { Kind } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";

export const savedKinds: readonly Kind[] = kumulusKinds.filter(({ kind }) => kind !== PolicyFile.kind);
