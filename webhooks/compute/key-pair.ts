// Admission of KeyPairs: a key that can be read, and one of a name for each user.
import { certificateFingerprint, parsePublicKey } from "../../domain/compute/key-pair.ts";
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf } from "../../domain/id.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { defineRules, firstOf, isLeaving, isSame, namespaceOf, refuse, type Verdict, type View } from "../rules.ts";

function readable({ spec }: KeyPair): Verdict {
  try {
    if (spec.type === "x509") certificateFingerprint(spec.publicKey);
    else parsePublicKey(spec.publicKey);
    return undefined;
  } catch (error) {
    if (error instanceof KumulusError) return refuse("Invalid", "InvalidKeypair", error.message);
    throw error;
  }
}

const sameUser = (a: KeyPair, b: KeyPair) => a.spec.userRef?.name === b.spec.userRef?.name;

function nameFree(pair: KeyPair, view: View): Verdict {
  const name = displayNameOf(pair);
  const twin = view
    .list(KeyPair, namespaceOf(pair))
    .find((other) => !isSame(other, pair) && !isLeaving(other) && sameUser(other, pair) && displayNameOf(other) === name);
  return twin && refuse("Conflict", "KeyPairExists", `Key pair '${name}' already exists.`, [twin]);
}

export const keyPairRules = defineRules<KeyPair>({
  kind: KeyPair,
  quota: { service: "compute", amounts: () => ({ keyPairs: 1 }), isTogether: sameUser },
  create: (pair, view) =>
    firstOf(
      () => readable(pair),
      () => nameFree(pair, view),
    ),
});
