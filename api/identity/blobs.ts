// The blobs of credentials: encrypted in Secrets that never change, so that what was read once need not be read again.
import { randomBytes } from "node:crypto";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { seal, unseal } from "../../domain/identity/sealed.ts";
import type { Credential } from "../../models/identity/credential.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { lru } from "../../operator/lru.ts";
import { sharedKey } from "../../operator/shared-key.ts";
import { createSecret, deleteSecret } from "./secret-objects.ts";

/** Name of the Secret with the key, in the system namespace. */
export const credentialKeySecret = { name: "credential-key", namespace: systemNamespace };
const defaultKey = "blob";
const rememberedBlobs = 10_000;

export class Blobs {
  readonly #client: KubeClient;
  readonly #key = sharedKey(credentialKeySecret);
  readonly #known = lru<string, string>(rememberedBlobs);

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** A name for the Secret of one version of a credential's blob. */
  newName(credential: string): string {
    return `credential-${credential}-${randomBytes(4).toString("hex")}`;
  }

  /** Into the Secret that the credential names. */
  async create(credential: Credential, blob: string): Promise<void> {
    const { metadata, spec } = credential;
    const sealed = seal(blob, await this.#key(this.#client), metadata.name);
    await createSecret(this.#client, credential, spec.secretRef.name, { [defaultKey]: sealed });
  }

  delete(secret: string): Promise<void> {
    return deleteSecret(this.#client, secret);
  }

  /** Undefined where the Secret is not there or can not be opened. What people put there is plain text, and may change. */
  async read({ metadata, spec }: Credential): Promise<string | undefined> {
    const { name, key = defaultKey } = spec.secretRef;
    const place = `${metadata.uid}/${name}/${key}`;
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const stored = await this.#stored(name, key);
    if (!stored?.startsWith("sealed-")) return stored;
    const blob = unseal(stored, await this.#key(this.#client), metadata.name);
    if (blob !== undefined) this.#known.set(place, blob);
    return blob;
  }

  async #stored(name: string, key: string): Promise<string | undefined> {
    try {
      const { data } = await this.#client.get(Secret, { name, namespace: systemNamespace });
      const text = data?.[key];
      return text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8").trim();
    } catch (error) {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    }
  }
}
