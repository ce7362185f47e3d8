// Signatures of AWS' protocols, which EC2 and S3 front ends hand to Keystone for a check (AWS General Reference, "Signing API requests").
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The request as a front end saw it: the body of POST /v3/ec2tokens. */
export interface SignedRequest {
  readonly signature: string;
  readonly verb?: string;
  /** With its port, where the client named one. */
  readonly host?: string;
  readonly path?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex: version 4 needs it. */
  readonly body_hash?: string;
}

const hmac = (algorithm: string, key: Uint8Array | string, text: string | Uint8Array) => createHmac(algorithm, key).update(text).digest();
const byCode = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const reserved = /[!'()*]/g;
const quoted = (text: string) =>
  encodeURIComponent(text).replace(reserved, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalQuery(params: Readonly<Record<string, string>>): string {
  const keys = Object.keys(params).sort(byCode);
  return keys.map((key) => `${quoted(key)}=${quoted(params[key] ?? "")}`).join("&");
}

function version0(secret: string, { Action = "", Timestamp = "" }: Readonly<Record<string, string>>): string {
  return hmac("sha1", secret, Action + Timestamp).toString("base64");
}

function version1(secret: string, params: Readonly<Record<string, string>>): string {
  const keys = Object.keys(params).sort((a, b) => byCode(a.toLowerCase(), b.toLowerCase()));
  return hmac("sha1", secret, keys.map((key) => key + (params[key] ?? "")).join("")).toString("base64");
}

function version2(secret: string, { verb = "", host = "", path = "", params = {} }: SignedRequest): string {
  const text = [verb, host, path, canonicalQuery({ ...params, SignatureMethod: "HmacSHA256" })].join("\n");
  return hmac("sha256", secret, text).toString("base64");
}

function signingKey(secret: string, [date = "", region = "", service = ""]: readonly string[]): Buffer {
  const steps = [date, region, service, "aws4_request"];
  return steps.reduce<Buffer>((key, step) => hmac("sha256", key, step), Buffer.from(`AWS4${secret}`));
}

/** A header's value by its name in any case. */
function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = Object.keys(headers).find((each) => each.toLowerCase().trim() === name);
  return key === undefined ? undefined : headers[key]?.trim();
}

function version4(secret: string, request: SignedRequest): string | undefined {
  const { verb = "", path = "", params = {}, headers = {}, body_hash: bodyHash = "" } = request;
  const authorization = headerOf(headers, "authorization");
  const named = (name: string) =>
    authorization === undefined ? params[`X-Amz-${name}`] : new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1];
  const date = headerOf(headers, "x-amz-date") ?? params["X-Amz-Date"] ?? "";
  const [, ...scope] = (named("Credential") ?? "").split("/");
  if (scope.length !== 4 || scope[0] === "" || !date.startsWith(scope[0] ?? "")) return undefined;
  const names = named("SignedHeaders") ?? "";
  const lines = names.split(";").flatMap((name) => {
    const value = headerOf(headers, name);
    return value === undefined ? [] : [`${name}:${value}`];
  });
  const { "X-Amz-Signature": _own, ...signed } = params;
  const query = verb.toUpperCase() === "POST" ? "" : canonicalQuery(signed);
  const canonical = [verb.toUpperCase(), path, query, ...lines, "", names, bodyHash].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", date, scope.join("/"), digest].join("\n");
  return hmac("sha256", signingKey(secret, scope), text).toString("hex");
}

function isVersion4({ headers = {}, params = {} }: SignedRequest): boolean {
  return headerOf(headers, "authorization")?.startsWith("AWS4-HMAC-SHA256") || params["X-Amz-Algorithm"] === "AWS4-HMAC-SHA256";
}

function expected(secret: string, request: SignedRequest): string | undefined {
  const { params = {} } = request;
  switch (params.SignatureVersion) {
    case "0":
      return version0(secret, params);
    case "1":
      return version1(secret, params);
    case "2":
      return version2(secret, request);
    default:
      return params.SignatureVersion === undefined && isVersion4(request) ? version4(secret, request) : undefined;
  }
}

function same(given: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const withoutPort = (host: string) => host.replace(/:\d+$/, "");

/** Versions 0, 1, 2 and 4. Some clients leave the port out of what they sign: that is tried as well. */
export function isSignedWith(secret: string, request: SignedRequest): boolean {
  if (same(request.signature, expected(secret, request))) return true;
  const { host = "", headers = {} } = request;
  if (withoutPort(host) === host) return false;
  const portless = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, name.toLowerCase() === "host" ? withoutPort(value) : value]),
  );
  return same(request.signature, expected(secret, { ...request, host: withoutPort(host), headers: portless }));
}

const s3Services = ["s3", "iam", "sts"];

/** `text` is the string to sign: of version 4 when it begins with AWS4, else that of S3's own first version. */
export function isTextSignedWith(secret: string, text: Buffer, signature: string): boolean {
  if (!text.subarray(0, 4).equals(Buffer.from("AWS4"))) return same(signature, hmac("sha1", secret, text).toString("base64"));
  const [algorithm, , credentialScope = "", ...rest] = text.toString("utf8").split("\n");
  const scope = credentialScope.split("/");
  const known = scope.length === 4 && scope[3] === "aws4_request" && s3Services.includes(scope[2] ?? "");
  if (algorithm !== "AWS4-HMAC-SHA256" || rest.length !== 1 || !known) return false;
  return same(signature, hmac("sha256", signingKey(secret, scope), text).toString("hex"));
}
