// The Secrets with users' passwords: read afresh at every login, since there are too many to keep and each answer must be the newest; written against the version
// that was read.
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { inSystem, type Right, right } from "../../domain/rights.ts";
import type { User } from "../../models/identity/user.ts";
import type { KubeClient, Log } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";

type Data = Record<string, string>;

/** Users' Secrets have any name. */
export const passwordSecretRights: readonly Right[] = [inSystem(right(Secret, "get", "create", "update"))];

const conflictRetries = 20;

/** Name of the Secret of a user whose password is set through the API. */
export const passwordSecretName = (user: string): string => `user-${user}-password`;

function newSecret({ apiVersion, metadata, spec }: User, data: Data): Secret {
  const { name, uid = "" } = metadata;
  const ownerReferences = [{ apiVersion, kind: "User", name, uid }];
  const secret = spec.passwordSecretRef?.name ?? passwordSecretName(name);
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { name: secret, namespace: systemNamespace, ownerReferences },
    data,
  };
}

export class PasswordSecrets {
  readonly #client: KubeClient;
  readonly #log: Log;

  constructor(client: KubeClient, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  /** For nobody it asks too: a name that is not there must not be answered sooner. */
  async read(user: User | undefined): Promise<Secret | undefined> {
    const name = user?.spec.passwordSecretRef?.name ?? passwordSecretName("nobody");
    try {
      return await this.#client.get(Secret, { name, namespace: systemNamespace });
    } catch (error) {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** `change` sees the newest data, and again after a conflict. A Secret that is not there is made, and goes with the user. */
  async write(user: User, secret: Secret | undefined, change: (data: Data | undefined) => Data): Promise<Secret> {
    for (let newest = secret, attempt = 1; ; attempt += 1) {
      try {
        if (newest) return await this.#client.replace(Secret, { ...newest, data: change(newest.data) });
        return await this.#client.create(Secret, newSecret(user, change(undefined)));
      } catch (error) {
        if (!isCode(error, "Conflict") || attempt >= conflictRetries) throw error;
        this.#log.debug({ user: user.metadata.name, attempt }, "the user's Secret was written by somebody else meanwhile");
        newest = await this.read(user);
      }
    }
  }
}
