// The secrets of application credentials: hashed like passwords, and checked in the same time whether the credential is there or not.
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { makeHash, verifyHash } from "./hash-formats.ts";
import { createSecret } from "./secret-objects.ts";

const decoy = makeHash("nobody has this secret");
const defaultKey = "hash";

export class ApplicationSecrets {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async create(credential: ApplicationCredential, secret: string): Promise<void> {
    await createSecret(this.#client, credential, credential.spec.secretRef.name, { [defaultKey]: await makeHash(secret) });
  }

  async matches(credential: ApplicationCredential | undefined, secret: string): Promise<boolean> {
    const stored = await this.#stored(credential);
    const matches = await verifyHash(stored ?? (await decoy), secret);
    return stored !== undefined && matches;
  }

  /** For nobody it asks too: an id that is not there must not be answered sooner. */
  async #stored(credential: ApplicationCredential | undefined): Promise<string | undefined> {
    const ref = credential?.spec.secretRef;
    try {
      const secret = await this.#client.get(Secret, { name: ref?.name ?? "application-credential-nobody", namespace: systemNamespace });
      const data = ref && secret.data?.[ref.key ?? defaultKey];
      return data ? Buffer.from(data, "base64").toString("utf8").trim() : undefined;
    } catch (error) {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    }
  }
}
