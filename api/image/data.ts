// Glance v2 /images/{id}/file: the image's bytes in and out, and the signed URL from which engines fetch them.
import type { Readable } from "node:stream";
import type { ByteRange } from "../../clients/image-store/image-store.ts";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { verifyImageURL } from "../../domain/image/golden.ts";
import type { Image } from "../../models/image/image.ts";
import { publicRule, type Reply, type Route, route } from "../http/route.ts";
import { rangeOf } from "./range.ts";
import { upload } from "./upload.ts";
import type { ImageWorld } from "./world.ts";

const bytesType = "application/octet-stream";

function lengthOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

async function opened(world: ImageWorld, location: string, range: ByteRange | undefined, headOnly: boolean): Promise<Readable | ""> {
  return headOnly ? "" : world.store.read(location, range);
}

/** 200 or 206 with the bytes, 416 for a range that is not there. */
async function bytesOf(
  world: ImageWorld,
  image: Image,
  { method, headers }: { method: string; headers: { range?: string | undefined } },
): Promise<Reply> {
  const { location, sizeBytes = 0, md5, sha512 } = image.status ?? {};
  if (location === undefined) throw new KumulusError("NotFound", `Image ${idOf(image)} has no data.`);
  const range = rangeOf(headers.range, sizeBytes);
  const length = range ? range.end - range.start + 1 : sizeBytes;
  const told: Record<string, string> = { "Content-Type": bytesType, "Content-Length": String(length), "Accept-Ranges": "bytes" };
  if (sha512) told.ETag = `"${sha512.slice(0, 64)}"`;
  if (range) told["Content-Range"] = `bytes ${range.start}-${range.end}/${sizeBytes}`;
  else if (md5) told["Content-MD5"] = md5;
  return { status: range ? 206 : 200, headers: told, content: await opened(world, location, range, method === "HEAD") };
}

export function dataRoutes(world: ImageWorld): Route[] {
  const path = "/v2/images/:id/file";
  return [
    route({
      method: "PUT",
      path,
      policy: "upload_image",
      status: 204,
      rawBody: true,
      async handle(request) {
        const { params, headers, stream } = request;
        const type = headers["content-type"]?.split(";")[0]?.trim();
        if (type !== bytesType)
          throw new KumulusError("UnsupportedMediaType", `Unsupported Content-Type ${type ?? "(none)"}: use ${bytesType}.`);
        await upload(world, await world.findOwn(request, params.id), stream, lengthOf(headers["content-length"]));
        return {};
      },
    }),
    route({
      method: "GET",
      path,
      policy: "download_image",
      async handle(request) {
        const { auth, params, method, headers } = request;
        const image = await world.find(request, params.id);
        const phase = image.status?.phase ?? "queued";
        if (phase === "deactivated" && !auth.isAdmin)
          throw new KumulusError("Forbidden", "The requested image has been deactivated. Image data download is forbidden.");
        if (image.status?.location === undefined) return { status: 204 };
        return bytesOf(world, image, { method, headers });
      },
    }),
  ];
}

/** For CDI, which has no token: whoever has a signed URL of the operator's gets the bytes until it expires. */
export function signedDataRoute(world: ImageWorld, key: () => Promise<Uint8Array>): Route {
  return route({
    method: "GET",
    path: "/images/:namespace/:name",
    policy: publicRule,
    async handle({ path, rawQuery, method, headers }) {
      const named = verifyImageURL(`/internal${path}?${rawQuery}`, await key(), Date.now());
      if (!named) throw new KumulusError("Forbidden", "The URL's signature is wrong or has expired.");
      const image = world.images.get(named.name, named.namespace);
      if (!image) throw new KumulusError("NotFound", `There is no image ${named.name}.`);
      return bytesOf(world, image, { method, headers });
    },
  });
}
