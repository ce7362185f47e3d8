// Writes the objects of an import, some at a time. What the API server refuses is told and left out.
import { isCode } from "../../domain/errors.ts";
import { displayNameOf } from "../../domain/id.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { Role } from "../../models/identity/role.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import type { Present, Wanted } from "./plan.ts";

const fieldManager = "kumulus-import";
const parallel = 8;
const progressEvery = 1_000;

export async function readPresent(client: KubeClient): Promise<Present> {
  const [domains, tenants, roles, users, groups] = await Promise.all([
    client.list(Domain),
    client.list(Tenant),
    client.list(Role),
    client.list(User),
    client.list(Group),
  ]);
  return { domains, tenants, roles, users, groups };
}

/** One that is there already stays as it is: a login may have put a better hash into it. */
async function createSecret(
  client: KubeClient,
  secret: Secret,
  { apiVersion, kind, metadata: { name, uid = "" } }: KubeObject,
): Promise<void> {
  const metadata = { ...secret.metadata, ownerReferences: [{ apiVersion, kind, name, uid }] };
  await client.create(Secret, { ...secret, metadata }).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
  });
}

/** Resolves with a sentence for each object that the API server refused. */
export async function applyAll(client: KubeClient, wanted: readonly Wanted[], print: (text: string) => void): Promise<string[]> {
  const refusals: string[] = [];
  let [next, done] = [0, 0];
  const work = async () => {
    for (let each = wanted[next++]; each; each = wanted[next++]) {
      const { kind, object, secret } = each;
      try {
        const applied = await client.apply(kind, object, { fieldManager });
        if (secret) await createSecret(client, secret, applied);
      } catch (error) {
        if (!isCode(error, "Invalid") && !isCode(error, "Forbidden")) throw error;
        refusals.push(`${kind.kind} ${displayNameOf(object as KubeObject & { spec: object })}: ${error.message}`);
      }
      done += 1;
      if (done % progressEvery === 0) print(`${done} of ${wanted.length} objects`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return refusals;
}
