// Keystone v3 /credentials.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Credential } from "../../models/identity/credential.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { credentialId } from "./credential-id.ts";
import { type CredentialDeps, createCredential, updateCredential } from "./credential-writes.ts";
import { refuseDelegated } from "./delegated-token.ts";
import { isBoundCredential } from "./delegations.ts";
import { readEC2Blob } from "./ec2-blob.ts";
import type { Tokens } from "./tokens.ts";

const id = Type.String({ minLength: 1, maxLength: 255 });
const blob = Type.String({ maxLength: 65_536 });
const projectId = Type.Optional(Type.Union([id, Type.Null()]));

const createBody = Type.Object({ credential: Type.Object({ blob, type: id, user_id: id, project_id: projectId }) });
const updateBody = Type.Object({
  credential: Type.Object({ blob: Type.Optional(blob), type: Type.Optional(id), user_id: Type.Optional(id), project_id: projectId }),
});
type UpdateBody = Static<typeof updateBody>["credential"];

const isEC2 = (type: string) => type.toLowerCase() === "ec2";

export interface CredentialRoutesDeps extends CredentialDeps {
  readonly tokens: Tokens;
}

const ownerOf = ({ world }: CredentialDeps, { spec }: Credential): string => {
  const user = world.users.get(spec.userRef.name);
  return user ? idOf(user) : spec.userRef.name;
};

/** Every field of a credential (Identity API v3, "Show credential details"). */
async function view(deps: CredentialDeps, credential: Credential, request: Pick<ApiRequest, "url">) {
  const { tenantRef, type } = credential.spec;
  const tenant = tenantRef && deps.world.tenants.get(tenantRef.name);
  return {
    id: credentialId(credential),
    type,
    user_id: ownerOf(deps, credential),
    project_id: tenant ? idOf(tenant) : null,
    blob: (await deps.blobs.read(credential)) ?? "",
    links: { self: request.url(`/v3/credentials/${credentialId(credential)}`) },
  };
}

/** What a delegation was made for stays: nobody may widen it by an update. Nor do a credential's owner and type change. */
async function requireSame(deps: CredentialDeps, credential: Credential, body: UpdateBody): Promise<void> {
  const changed = [
    body.user_id !== undefined && body.user_id !== ownerOf(deps, credential) && "user_id",
    body.type !== undefined && body.type !== credential.spec.type && "type",
  ].find((each) => each !== false);
  if (changed) throw new KumulusError("Invalid", `${changed} can not be updated for credential`);
  if (body.blob === undefined || !isEC2(credential.spec.type)) return;
  const [old, next] = [readEC2Blob(await deps.blobs.read(credential)), readEC2Blob(body.blob)];
  if (!next) throw new KumulusError("Invalid", "Invalid blob in credential");
  const fixed = (["trust_id", "app_cred_id", "access_token_id"] as const).find((key) => old?.[key] !== next[key]);
  if (fixed) throw new KumulusError("Invalid", `${fixed} can not be updated for credential`);
}

export function credentialRoutes(deps: CredentialRoutesDeps) {
  const { world, tokens } = deps;
  const policy = "identity:authenticated";
  const primary = async (request: ApiRequest) => refuseDelegated(await tokens.inspect(request.token));
  const project = async (asked: string | null | undefined) =>
    asked ? found(await world.tenants.byId(asked), "project", asked) : undefined;
  const known = async (wanted: string) => {
    const credential = world.credentialById(wanted) ?? (await world.credentials.byId(wanted));
    return credential && isBoundCredential(world, credential) ? credential : undefined;
  };
  /** Who may see no credentials but his own gets the same answer whether another's is there or not. */
  const credentialFor = async (request: ApiRequest, rule: string, wanted: string) => {
    const credential = await known(wanted);
    request.require(rule, credential ? { "target.credential.user_id": ownerOf(deps, credential) } : {});
    await primary(request);
    return found(credential, "credential", wanted);
  };
  const shows = (request: ApiRequest, credential: Credential) =>
    isBoundCredential(world, credential) &&
    request.allows("identity:get_credential", { "target.credential.user_id": ownerOf(deps, credential) });
  return [
    route({
      method: "GET",
      path: "/v3/credentials",
      policy,
      async handle(request) {
        request.require("identity:list_credentials", { "target.credential.user_id": request.auth.userId });
        await primary(request);
        const shown = world.credentials.list().filter((credential) => shows(request, credential));
        const views = await Promise.all(shown.map((credential) => view(deps, credential, request)));
        return { body: collection("credentials", views, request, ["user_id", "type"]) };
      },
    }),
    route({
      method: "POST",
      path: "/v3/credentials",
      policy,
      status: 201,
      body: createBody,
      async handle(request) {
        const { user_id: userId, project_id: asked, type, blob: text } = request.body.credential;
        request.require("identity:create_credential", { "target.credential.user_id": userId });
        await primary(request);
        const access = isEC2(type) ? readEC2Blob(text)?.access : undefined;
        if (isEC2(type) && access === undefined) throw new KumulusError("Invalid", "Invalid blob in credential");
        if (isEC2(type) && !asked) throw new KumulusError("Invalid", "Invalid input for field 'project_id': an ec2 credential needs it.");
        const user = found(await world.users.byId(userId), "user", userId);
        const made = await createCredential(deps, {
          user,
          tenant: await project(asked),
          type: isEC2(type) ? "ec2" : type,
          blob: text,
          ...(access !== undefined && { access }),
        });
        return { body: { credential: await view(deps, made, request) } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/credentials/:id",
      policy,
      async handle(request) {
        const credential = await credentialFor(request, "identity:get_credential", request.params.id);
        return { body: { credential: await view(deps, credential, request) } };
      },
    }),
    route({
      method: "PATCH",
      path: "/v3/credentials/:id",
      policy,
      body: updateBody,
      async handle(request) {
        const credential = await credentialFor(request, "identity:update_credential", request.params.id);
        const { credential: body } = request.body;
        await requireSame(deps, credential, body);
        const updated = await updateCredential(deps, credential, { blob: body.blob, tenant: await project(body.project_id) });
        return { body: { credential: await view(deps, updated, request) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v3/credentials/:id",
      policy,
      status: 204,
      async handle(request) {
        await world.credentials.delete(await credentialFor(request, "identity:delete_credential", request.params.id));
        return {};
      },
    }),
  ];
}
