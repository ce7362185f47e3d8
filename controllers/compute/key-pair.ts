// The KeyPair controller: fingerprint, and whether the key is one.
import { certificateFingerprint, parsePublicKey } from "../../domain/compute/key-pair.ts";
import { isCode } from "../../domain/errors.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import type { ConditionInput } from "../../operator/contract.ts";
import { defineController } from "../../operator/controller/define-controller.ts";

export function desiredKeyPair({ spec }: KeyPair): { fingerprint?: string; conditions: [ConditionInput] } {
  try {
    const fingerprint = spec.type === "x509" ? certificateFingerprint(spec.publicKey) : parsePublicKey(spec.publicKey).fingerprint;
    return { fingerprint, conditions: [{ type: "Ready", status: "True", reason: "Valid", message: "The key can be used" }] };
  } catch (error) {
    if (!isCode(error, "Invalid")) throw error;
    return { conditions: [{ type: "Ready", status: "False", reason: "InvalidKey", message: error.message }] };
  }
}

export const keyPairController = () =>
  defineController<KeyPair>({
    kind: KeyPair,
    async reconcile(keyPair, ctx) {
      await ctx.applyStatus(KeyPair, keyPair, desiredKeyPair(keyPair));
      return {};
    },
  });
