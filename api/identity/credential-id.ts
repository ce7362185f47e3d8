// The OpenStack id of a Credential.
import { createHash } from "node:crypto";
import { idOf } from "../../domain/id.ts";
import type { Credential } from "../../models/identity/credential.ts";

/** Id of an EC2 credential by the access key that it was made with. */
export const accessKeyHash = (access: string): string => createHash("sha256").update(access).digest("hex");

/** EC2 credentials are found by their access key, as in Keystone; 64 digits are too long for the label that others have their id in. */
export const credentialId = (credential: Credential): string => credential.spec.accessKeyHash ?? idOf(credential);
