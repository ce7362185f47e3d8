// Checks passwords against argon2id hashes in Secrets, off the event loop, and in the same time whether the user exists or not.

import { createHash } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { inSystem, type Right, right } from "../../domain/rights.ts";
import type { User } from "../../models/identity/user.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { fingerprintLength } from "./token-check.ts";

/** Verified for users that do not exist, so that a wrong name takes as long as a wrong password. */
const decoy = hash("nobody has this password");

/** Users' Secrets have any name. */
export const passwordRights: readonly Right[] = [inSystem(right(Secret, "get"))];

async function storedHash(client: KubeClient, user: User | undefined): Promise<string | undefined> {
  const ref = user?.spec.passwordSecretRef;
  try {
    const secret = await client.get(Secret, { name: ref?.name ?? "user-nobody-password", namespace: systemNamespace });
    const data = ref && secret.data?.[ref.key ?? "hash"];
    return data ? Buffer.from(data, "base64").toString("utf8").trim() : undefined;
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}

/** The password's fingerprint for the token, or undefined for a wrong password, a user without one, or no user. */
export async function checkPassword(client: KubeClient, user: User | undefined, password: string): Promise<string | undefined> {
  const stored = await storedHash(client, user);
  const argon2 = stored?.startsWith("$argon2") ? stored : undefined;
  const matches = await verify(argon2 ?? (await decoy), password).catch(() => false);
  if (!argon2 || !matches) return undefined;
  return createHash("sha256").update(argon2).digest("hex").slice(0, fingerprintLength);
}
