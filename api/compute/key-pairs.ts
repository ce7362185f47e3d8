// Nova /os-keypairs (Compute API, "Keypairs"): a user's SSH keys, made here where the user brings none.
import { Type } from "typebox";
import { certificateFingerprint, parsePublicKey } from "../../domain/compute/key-pair.ts";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { displayNameOf, hashedName, idOf, newMetadata } from "../../domain/id.ts";
import type { KeyPair } from "../../models/compute/key-pair.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { exact } from "./fields.ts";
import { generateSSHKey } from "./key-generation.ts";
import { findKeyPair, keyPairsOf } from "./key-pair-lookup.ts";
import { viewKeyPair, viewKeyPairBrief, viewNewKeyPair } from "./key-pair-view.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const itemPath = "/v2.1/os-keypairs/:name";
const KeyName = Type.String({ minLength: 1, maxLength: 255 });

const createBody = (minor: number) =>
  exact({
    keypair: exact({
      name: minor >= 92 ? Type.String({ minLength: 1, maxLength: 255, pattern: "^(?! )[a-zA-Z0-9._@ -]+(?<! )$" }) : KeyName,
      public_key: minor >= 92 ? Type.String() : Type.Optional(Type.String()),
      ...(minor >= 2 ? { type: Type.Optional(Type.Union([Type.Literal("ssh"), Type.Literal("x509")])) } : {}),
      ...(minor >= 10 ? { user_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) } : {}),
    }),
  });

interface CreateKeyPair {
  name: string;
  public_key?: string;
  type?: "ssh" | "x509";
  user_id?: string;
}

interface Owner {
  /** Kubernetes name and id of the User. */
  name: string;
  id: string;
  /** Namespace whose key pairs without a user count too. */
  namespace: string | undefined;
}

type Request = Pick<ApiRequest, "auth" | "microversion" | "query" | "permit">;

/** Whose key pairs are meant: the caller's, or from 2.10 on those of the user whom an administrator names. */
async function ownerOf(world: ComputeWorld, request: Request, named?: string): Promise<Owner> {
  const { auth, microversion, query } = request;
  const id = microversion < 10 ? undefined : (named ?? lastValueOf(query, "user_id"));
  if (id === undefined || id === auth.userId) return { name: auth.user, id: auth.userId, namespace: auth.project?.namespace };
  request.permit({ user_id: id });
  const user = await world.users.byId(id);
  if (!user) throw new KumulusError("NotFound", `User ${id} could not be found.`);
  return { name: user.metadata.name, id: idOf(user), namespace: undefined };
}

function requireKeyPair(world: ComputeWorld, owner: Owner, name: string): KeyPair {
  const keyPair = findKeyPair(world, owner.name, owner.namespace, name);
  if (keyPair) return keyPair;
  throw new KumulusError("NotFound", `Keypair ${name.slice(0, 255)} not found for user ${owner.id}`);
}

export function keyPairRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.1/os-keypairs",
      policy: "os_compute_api:os-keypairs:index",
      handle: (request) => list(world, request as ApiRequest),
    }),
    route({
      method: "GET",
      path: itemPath,
      policy: "os_compute_api:os-keypairs:show",
      handle: async (request) => {
        const owner = await ownerOf(world, request as ApiRequest);
        return { body: viewKeyPair(requireKeyPair(world, owner, request.params.name), owner.id, request.microversion) };
      },
    }),
    ...windows([1, 2, 10, 92], (minor) => ({
      method: "POST",
      path: "/v2.1/os-keypairs",
      policy: "os_compute_api:os-keypairs:create",
      status: minor < 2 ? 200 : 201,
      body: createBody(minor),
      handle: (request: ApiRequest) => create(world, request, (request.body as { keypair: CreateKeyPair }).keypair),
    })),
    ...windows([1, 2], (minor) => ({
      method: "DELETE",
      path: itemPath,
      policy: "os_compute_api:os-keypairs:delete",
      status: minor < 2 ? 202 : 204,
      handle: async (request: ApiRequest) => {
        const owner = await ownerOf(world, request);
        await world.keyPairs.delete(requireKeyPair(world, owner, request.params.name ?? ""));
        return {};
      },
    })),
  ];
}

async function list(world: ComputeWorld, request: ApiRequest): Promise<Reply> {
  const { query, microversion } = request;
  const owner = await ownerOf(world, request);
  const paged = microversion >= 35;
  const page = pageOf<KeyPair>(keyPairsOf(world, owner.name, owner.namespace), {
    limit: paged ? limitOf(lastValueOf(query, "limit")) : undefined,
    marker: paged ? lastValueOf(query, "marker") : undefined,
    id: displayNameOf,
  });
  const keypairs = page.items.map((keyPair) => viewKeyPairBrief(keyPair, microversion));
  return { body: { keypairs, ...(paged ? pageLinks(request, "keypairs", page) : {}) } };
}

const unsafe = (name: string) => !/^[a-zA-Z0-9_ .@-]+$/.test(name) || name !== name.trim();

async function create(world: ComputeWorld, request: ApiRequest, body: CreateKeyPair): Promise<Reply> {
  const { name, type = "ssh" } = body;
  if (unsafe(name)) throw new KumulusError("Invalid", "Keypair data is invalid: Keypair name contains unsafe characters");
  const owner = await ownerOf(world, request, body.user_id);
  const exists = () => new KumulusError("Conflict", `Key pair '${name}' already exists.`);
  if (findKeyPair(world, owner.name, owner.namespace, name)) throw exists();
  const key = await keyOf(body, type);
  try {
    const keyPair = await world.keyPairs.create({
      apiVersion: "compute.kumulus.cloud/v1alpha1",
      kind: "KeyPair",
      // One name for one user and key name: the API server refuses a second one, whichever replica makes it.
      metadata: { ...newMetadata(name, request.project.namespace), name: hashedName(name, "key", owner.name) },
      spec: { displayName: name, userRef: { name: owner.name }, type, publicKey: key.publicKey },
    });
    return { body: viewNewKeyPair(keyPair, owner.id, request.microversion, key.privateKey) };
  } catch (error) {
    if (isCode(error, "Conflict") && error.reason === "AlreadyExists") throw exists();
    throw error;
  }
}

async function keyOf({ public_key: given }: CreateKeyPair, type: "ssh" | "x509"): Promise<{ publicKey: string; privateKey?: string }> {
  if (given === undefined) {
    if (type === "x509") throw new KumulusError("NotImplemented", "Certificates are not made here; give one as public_key.");
    return await generateSSHKey("Generated-by-Kumulus");
  }
  if (type === "x509") certificateFingerprint(given);
  else parsePublicKey(given);
  return { publicKey: given };
}
