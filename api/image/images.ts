// Glance v2 /images: list, show, create, change, delete, tags.
import { KumulusError } from "../../domain/errors.ts";
import { idLabel, newMetadata } from "../../domain/id.ts";
import type { Image } from "../../models/image/image.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { setField } from "./fields.ts";
import { listImages } from "./list.ts";
import { applyPatch, patchMediaTypes } from "./patch.ts";
import { type CreateBody, createBody, patchBody } from "./schema.ts";
import { viewImage } from "./views.ts";
import type { ImageWorld } from "./world.ts";

const longestTag = 255;

function wantedImage({ id, owner, ...fields }: CreateBody, namespace: string): Image {
  const metadata = newMetadata(fields.name ?? "image", namespace);
  const image: Image = { apiVersion: "image.kumulus.cloud/v1alpha1", kind: "Image", metadata, spec: { visibility: "shared" } };
  for (const [name, value] of Object.entries(fields)) setField(image.spec, name, value);
  image.spec.displayName ??= "";
  if (id === undefined) return image;
  return { ...image, metadata: { ...metadata, name: `${metadata.name.slice(0, -9)}-${id.slice(0, 8)}`, labels: { [idLabel]: id } } };
}

async function createImage(world: ImageWorld, request: ApiRequest<object, unknown, CreateBody>): Promise<Image> {
  const { body, project } = request;
  if (body.visibility === "public") request.require("publicize_image");
  if (body.visibility === "community") request.require("communitize_image");
  if (body.owner !== undefined && body.owner !== null && body.owner !== project.id) {
    throw new KumulusError("Forbidden", `You are not permitted to create images owned by '${body.owner}'.`);
  }
  if (body.id !== undefined && (await world.images.byId(body.id))) {
    throw new KumulusError("Conflict", `Image ID ${body.id} already exists!`);
  }
  return world.images.create(wantedImage(body, project.namespace));
}

async function patchImage(
  world: ImageWorld,
  request: ApiRequest<{ readonly id: string }, unknown, Parameters<typeof applyPatch>[1]>,
): Promise<Image> {
  const image = await world.findOwn(request, request.params.id);
  const before = image.spec.visibility;
  return world.images.update(image, (draft) => {
    applyPatch(draft, request.body);
    const { visibility } = draft.spec;
    if (visibility === "public" && before !== "public") request.require("publicize_image");
    if (visibility === "community" && before !== "community") request.require("communitize_image");
  });
}

async function deleteImage(world: ImageWorld, request: ApiRequest<{ readonly id: string }, unknown>): Promise<void> {
  const image = await world.findOwn(request, request.params.id);
  if (image.spec.protected) throw new KumulusError("Forbidden", `Image ${request.params.id} is protected and cannot be deleted.`);
  const { location } = image.status ?? {};
  const ownsBytes = !image.metadata.finalizers?.length;
  await world.images.delete(image);
  // With a finalizer the bytes go with the object, after the disks that are made from them.
  if (ownsBytes && location !== undefined) await world.store.delete(location);
}

export function imageRoutes(world: ImageWorld): Route[] {
  const view = (image: Image) => viewImage(image, world.ownerOf(image));
  return [
    route({
      method: "GET",
      path: "/v2/images",
      policy: "get_images",
      handle(request) {
        // Glance takes `/v2/images/` for an image whose id was left out.
        if (request.path.endsWith("/")) throw new KumulusError("NotFound", "No image has an empty id.");
        return { body: listImages(world.visible(request.auth).map(view), request) };
      },
    }),
    route({
      method: "POST",
      path: "/v2/images",
      policy: "add_image",
      status: 201,
      body: createBody,
      async handle(request) {
        const body = view(await createImage(world, request));
        return { body, headers: { Location: request.url(`/v2/images/${body.id}`) } };
      },
    }),
    route({
      method: "GET",
      path: "/v2/images/:id",
      policy: "get_image",
      handle: async (request) => ({ body: view(await world.find(request, request.params.id)) }),
    }),
    route({
      method: "PATCH",
      path: "/v2/images/:id",
      policy: "modify_image",
      mediaTypes: patchMediaTypes,
      body: patchBody,
      handle: async (request) => ({ body: view(await patchImage(world, request)) }),
    }),
    route({
      method: "DELETE",
      path: "/v2/images/:id",
      policy: "delete_image",
      status: 204,
      async handle(request) {
        await deleteImage(world, request);
        return {};
      },
    }),
  ];
}

export function tagRoutes(world: ImageWorld): Route[] {
  const path = "/v2/images/:id/tags/:tag";
  return [
    route({
      method: "PUT",
      path,
      policy: "modify_image",
      status: 204,
      async handle(request) {
        const { id, tag } = request.params;
        if (tag.length > longestTag) throw new KumulusError("Invalid", `A tag has at most ${longestTag} characters.`);
        const image = await world.findOwn(request, id);
        await world.images.update(image, ({ spec }) => {
          spec.tags = [...new Set([...(spec.tags ?? []), tag])];
        });
        return {};
      },
    }),
    route({
      method: "DELETE",
      path,
      policy: "modify_image",
      status: 204,
      async handle(request) {
        const { id, tag } = request.params;
        const image = await world.findOwn(request, id);
        if (!image.spec.tags?.includes(tag)) throw new KumulusError("NotFound", `Image ${id} has no tag ${tag}.`);
        await world.images.update(image, ({ spec }) => {
          spec.tags = (spec.tags ?? []).filter((each) => each !== tag);
        });
        return {};
      },
    }),
  ];
}
