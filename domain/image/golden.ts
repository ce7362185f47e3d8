// The golden disk of an image on one volume type: its name, and the signed URL from which CDI fetches the image's bytes.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Image } from "../../models/image/image.ts";
import { idOf, systemNamespace } from "../id.ts";

/** On a golden DataVolume: name of the Image (of its namespace) that it was made from. An annotation, since names may be longer than labels. */
export const imageAnnotation = "kumulus.cloud/image";
/** On a golden DataVolume: its VolumeType. */
export const volumeTypeAnnotation = "kumulus.cloud/volume-type";

/** Secret in the system namespace whose `data.key` signs image URLs: 32 bytes. Whoever comes first makes it. */
export const imageKeySecret = Object.freeze({ name: "image-url-key", namespace: systemNamespace });

/** How long CDI may take to fetch an image before its URL must be made anew. */
export const imageURLLifetimeMs = 60 * 60 * 1000;

const pathPrefix = "/internal/images/";

/** Name of the golden DataVolume (and claim) in the image's namespace. Another image of the same name has another id, so another name. */
export function goldenName(image: Image, volumeTypeName: string): string {
  const hash = createHash("sha256")
    .update(`${idOf(image)}\0${volumeTypeName}`)
    .digest("hex")
    .slice(0, 20);
  return `golden-${hash}`;
}

function sign(namespace: string, name: string, expires: number, key: Uint8Array): Buffer {
  return createHmac("sha256", key).update(`image\0${namespace}\0${name}\0${expires}`).digest();
}

/** URL under which the API gives out the bytes of an image until `expires` (seconds since 1970) to whoever has the URL. */
export function signedImageURL(baseUrl: string, namespace: string, name: string, key: Uint8Array, expires: number): string {
  const path = `${pathPrefix}${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const signature = sign(namespace, name, expires, key).toString("base64url");
  return `${baseUrl.replace(/\/+$/, "")}${path}?expires=${expires}&signature=${signature}`;
}

/** The image that a signed URL (or its path with query) gives access to; undefined when it is forged, malformed or expired at `nowMs`. */
export function verifyImageURL(url: string, key: Uint8Array, nowMs: number): { namespace: string; name: string } | undefined {
  if (!URL.canParse(url, "http://localhost")) return undefined;
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const at = pathname.indexOf(pathPrefix);
  if (at < 0) return undefined;
  const parts = pathname.slice(at + pathPrefix.length).split("/");
  const [namespace, name] = parts.map(decode);
  const expires = Number(searchParams.get("expires"));
  if (parts.length !== 2 || !namespace || !name || !Number.isSafeInteger(expires) || expires * 1000 <= nowMs) return undefined;
  const given = Buffer.from(searchParams.get("signature") ?? "", "base64url");
  const wanted = sign(namespace, name, expires, key);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? { namespace, name } : undefined;
}

/** When a signed URL stops working, in ms since 1970; undefined for a URL that is not ours. */
export function imageURLExpiry(url: string): number | undefined {
  if (!URL.canParse(url)) return undefined;
  const expires = Number(new URL(url).searchParams.get("expires") ?? Number.NaN);
  return Number.isSafeInteger(expires) ? expires * 1000 : undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
