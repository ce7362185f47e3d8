// Keystone v3 /users/{user}/credentials/OS-EC2: pairs of keys for EC2 and S3 clients.
import { randomUUID } from "node:crypto";
import { Type } from "typebox";
import { idOf } from "../../domain/id.ts";
import type { Credential } from "../../models/identity/credential.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { found } from "./collection.ts";
import { accessKeyHash } from "./credential-id.ts";
import { type CredentialDeps, createCredential } from "./credential-writes.ts";
import type { CredentialRoutesDeps } from "./credentials.ts";
import { refuseDelegated } from "./delegated-token.ts";
import { byUser, isBoundCredential } from "./delegations.ts";
import { readEC2Blob } from "./ec2-blob.ts";

const createBody = Type.Object({ tenant_id: Type.String({ minLength: 1, maxLength: 255 }) });
const newKey = () => randomUUID().replaceAll("-", "");

/** Every field of an EC2 credential (Identity API v2 extension OS-KSEC2). */
async function view({ world, blobs }: CredentialDeps, credential: Credential, request: Pick<ApiRequest, "url">) {
  const { userRef, tenantRef } = credential.spec;
  const [user, tenant] = [world.users.get(userRef.name), tenantRef && world.tenants.get(tenantRef.name)];
  const blob = readEC2Blob(await blobs.read(credential));
  const userId = user ? idOf(user) : userRef.name;
  return {
    user_id: userId,
    tenant_id: tenant ? idOf(tenant) : null,
    access: blob?.access ?? "",
    secret: blob?.secret ?? "",
    trust_id: blob?.trust_id ?? null,
    links: { self: request.url(`/v3/users/${userId}/credentials/OS-EC2/${blob?.access ?? ""}`) },
  };
}

export function ec2CredentialRoutes(deps: CredentialRoutesDeps) {
  const { world, tokens } = deps;
  const policy = "identity:authenticated";
  const isEC2 = (credential: Credential) => credential.spec.type === "ec2" && isBoundCredential(world, credential);
  const permit = async (request: ApiRequest, rule: string, owner: string) => {
    request.require(rule, { "target.credential.user_id": owner });
    refuseDelegated(await tokens.inspect(request.token));
  };
  const credentialFor = async (request: ApiRequest, rule: string, owner: string, access: string) => {
    await permit(request, rule, owner);
    const user = found(await world.users.byId(owner), "user", owner);
    const credential = world.credentialById(accessKeyHash(access));
    const own = credential && isEC2(credential) && credential.spec.userRef.name === user.metadata.name;
    return found(own ? credential : undefined, "credential", access);
  };
  return [
    route({
      method: "GET",
      path: "/v3/users/:user/credentials/OS-EC2",
      policy,
      async handle(request) {
        const { user: owner } = request.params;
        await permit(request, "identity:ec2_list_credentials", owner);
        const user = found(await world.users.byId(owner), "user", owner);
        const own = world.credentials.byIndex(byUser, user.metadata.name).filter(isEC2);
        const credentials = await Promise.all(own.map((credential) => view(deps, credential, request)));
        return { body: { credentials, links: { next: null, self: request.url(request.path), previous: null } } };
      },
    }),
    route({
      method: "POST",
      path: "/v3/users/:user/credentials/OS-EC2",
      policy,
      status: 201,
      body: createBody,
      async handle(request) {
        const { user: owner } = request.params;
        await permit(request, "identity:ec2_create_credential", owner);
        const user = found(await world.users.byId(owner), "user", owner);
        const tenant = found(await world.tenants.byId(request.body.tenant_id), "project", request.body.tenant_id);
        const access = newKey();
        const blob = JSON.stringify({ access, secret: newKey(), trust_id: null });
        const made = await createCredential(deps, { user, tenant, type: "ec2", blob, access });
        return { body: { credential: await view(deps, made, request) } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/users/:user/credentials/OS-EC2/:access",
      policy,
      async handle(request) {
        const { user: owner, access } = request.params;
        const credential = await credentialFor(request, "identity:ec2_get_credential", owner, access);
        return { body: { credential: await view(deps, credential, request) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v3/users/:user/credentials/OS-EC2/:access",
      policy,
      status: 204,
      async handle(request) {
        const { user: owner, access } = request.params;
        const credential = await credentialFor(request, "identity:ec2_delete_credential", owner, access);
        await world.credentials.delete(credential);
        return {};
      },
    }),
  ];
}
