// POST /v3/ec2tokens and /v3/s3tokens: EC2 and S3 front ends ask who signed a request, and get that user's token.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { isSignedWith, isTextSignedWith } from "../../domain/identity/ec2-signature.ts";
import type { Credential } from "../../models/identity/credential.ts";
import { route } from "../http/route.ts";
import type { Blobs } from "./blobs.ts";
import { accessKeyHash } from "./credential-id.ts";
import { type AuthWorld, isBoundCredential } from "./delegations.ts";
import { type EC2Blob, readEC2Blob } from "./ec2-blob.ts";
import type { Settings } from "./settings.ts";
import type { TokenPresenter } from "./token-reply.ts";
import { type IssuedToken, type TokenRequest, type Tokens, unauthorized } from "./tokens.ts";

const texts = Type.Record(Type.String(), Type.String());
const ec2Credentials = Type.Object({
  access: Type.Optional(Type.String()),
  signature: Type.Optional(Type.String()),
  verb: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  params: Type.Optional(texts),
  headers: Type.Optional(texts),
  body_hash: Type.Optional(Type.String()),
  token: Type.Optional(Type.String()),
});
const body = Type.Object({
  credentials: Type.Optional(ec2Credentials),
  credential: Type.Optional(ec2Credentials),
  ec2Credentials: Type.Optional(ec2Credentials),
});
type SignedBody = Static<typeof ec2Credentials>;

const minuteMs = 60_000;
const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** What is not dated does not age: the signature covers the date where there is one. */
function requireFresh({ params = {}, headers = {} }: SignedBody, now: number, lifetimeMs: number): void {
  const header = Object.entries(headers).find(([name]) => name.trim().toLowerCase() === "x-amz-date")?.[1];
  const dated = params.Timestamp ?? header ?? params["X-Amz-Date"];
  if (dated === undefined || dated === "") return;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(dated) ? dated : `${dated}Z`;
  const time = Date.parse(zoned.replace(compact, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(time) || now > time + lifetimeMs) throw unauthorized();
}

export interface EC2TokenDeps {
  readonly world: AuthWorld;
  readonly tokens: Tokens;
  readonly blobs: Blobs;
  readonly present: TokenPresenter;
  readonly settings: Settings;
}

/** A credential made by delegation gives tokens of that delegation. OAuth 1 tokens are not known here. */
function rightOf(
  world: AuthWorld,
  credential: Credential,
  blob: EC2Blob,
): Pick<TokenRequest, "user" | "actor" | "trust" | "applicationCredential"> {
  const owner = world.users.get(credential.spec.userRef.name);
  if (!owner || blob.access_token_id !== undefined) throw unauthorized();
  if (blob.app_cred_id !== undefined) {
    const applicationCredential = world.byId(world.applicationCredentials, blob.app_cred_id);
    if (!applicationCredential) throw unauthorized();
    return { user: owner, applicationCredential };
  }
  if (blob.trust_id === undefined) return { user: owner };
  const trust = world.byId(world.trusts, blob.trust_id);
  const trustee = trust && world.users.get(trust.spec.trusteeRef.name);
  const whose = trust?.spec.impersonation ? trust.spec.trustorRef.name : trust?.spec.trusteeRef.name;
  if (!trust || !trustee || whose !== owner.metadata.name || trust.spec.remainingUses !== undefined) throw unauthorized();
  return trust.spec.impersonation ? { user: owner, actor: trustee, trust } : { user: owner, trust };
}

async function authenticate(
  { world, tokens, blobs, settings }: EC2TokenDeps,
  signed: SignedBody | undefined,
  isRight: (secret: string, signed: SignedBody) => boolean,
): Promise<IssuedToken> {
  const credential = signed?.access === undefined ? undefined : world.credentialById(accessKeyHash(signed.access));
  const usable = credential?.spec.type === "ec2" && isBoundCredential(world, credential) ? credential : undefined;
  const blob = usable && readEC2Blob(await blobs.read(usable));
  const tenant = usable?.spec.tenantRef && world.tenants.get(usable.spec.tenantRef.name);
  if (!signed || !usable || !tenant || blob?.secret === undefined || blob.access !== signed.access) throw unauthorized();
  if (!isRight(blob.secret, signed)) throw unauthorized();
  requireFresh(signed, tokens.now(), settings().auth_ttl * minuteMs);
  const right = rightOf(world, usable, blob);
  return tokens.issue({ ...right, scope: { tenant }, methods: ["ec2credential"], credentialId: accessKeyHash(signed.access) });
}

const ec2Check = (secret: string, { signature, ...request }: SignedBody) =>
  signature !== undefined && isSignedWith(secret, { ...request, signature });

const s3Check = (secret: string, { signature, token }: SignedBody) =>
  signature !== undefined && token !== undefined && isTextSignedWith(secret, Buffer.from(token, "base64url"), signature);

const given = ({ credentials, credential, ec2Credentials: legacy }: Static<typeof body>) => credentials ?? credential ?? legacy;

export function ec2TokenRoutes(deps: EC2TokenDeps) {
  const requireBody = (value: Static<typeof body>) => {
    if (Object.keys(value).length === 0) throw new KumulusError("Invalid", "request must include a request body");
    return given(value);
  };
  return [
    route({
      method: "POST",
      path: "/v3/ec2tokens",
      policy: "identity:ec2tokens_validate",
      body,
      async handle(request) {
        const issued = await authenticate(deps, requireBody(request.body), ec2Check);
        return deps.present(request, issued.checked, issued.token);
      },
    }),
    route({
      method: "POST",
      path: "/v3/s3tokens",
      policy: "identity:s3tokens_validate",
      body,
      async handle(request) {
        const issued = await authenticate(deps, requireBody(request.body), s3Check);
        return deps.present(request, issued.checked, undefined);
      },
    }),
  ];
}
