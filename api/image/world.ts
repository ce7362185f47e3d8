// What the image API reads and writes, and who may see which image.

import type { ImageStore } from "../../clients/image-store/image-store.ts";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Image } from "../../models/image/image.ts";
import type { Auth } from "../http/auth.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Store, Stores } from "../http/store.ts";

export interface ImageWorld {
  readonly images: Store<Image>;
  readonly store: ImageStore;
  /** Id of the project that owns the image. */
  ownerOf(image: Image): string;
  /** Images that exist for this token, hidden ones too. */
  visible(auth: Auth): readonly Image[];
  /** NotFound (404) for an image that this token must not see, Forbidden (403) for one that the route's rule does not fit. */
  find(request: Asker, id: string): Promise<Image>;
  /** The same for changing it: Forbidden (403) for one that can only be seen. */
  findOwn(request: Asker, id: string): Promise<Image>;
}

type Asker = Pick<ApiRequest, "auth" | "permit">;

/** One that is being deleted is gone for everybody, whatever its controller still does with it. */
const isThere = ({ metadata }: Image) => metadata.deletionTimestamp === undefined;

const isOwn = ({ metadata }: Image, auth: Auth) => metadata.namespace === auth.project?.namespace;

function isVisible(image: Image, auth: Auth): boolean {
  const { visibility } = image.spec;
  return auth.isAdmin || isOwn(image, auth) || visibility === "public" || visibility === "community";
}

export function imageWorld(stores: Stores, store: ImageStore): ImageWorld {
  const images = stores.of(Image);
  const tenants = stores.of(Tenant);
  tenants.cache.addIndex("namespace", ({ status }) => (status?.namespace ? [status.namespace] : []));

  function ownerOf({ metadata }: Image): string {
    const tenant = tenants.byIndex("namespace", metadata.namespace ?? "")[0];
    return tenant ? idOf(tenant) : "";
  }

  async function find(request: Asker, id: string): Promise<Image> {
    const image = await images.byId(id);
    if (!image || !isThere(image) || !isVisible(image, request.auth)) throw new KumulusError("NotFound", `No image found with ID ${id}`);
    const owner = ownerOf(image);
    request.permit({ project_id: owner, owner, visibility: image.spec.visibility ?? "shared" });
    return image;
  }

  return {
    images,
    store,
    ownerOf,
    visible: (auth) => images.list().filter((image) => isThere(image) && isVisible(image, auth)),
    find,
    async findOwn(request, id) {
      const image = await find(request, id);
      if (request.auth.isAdmin || isOwn(image, request.auth)) return image;
      throw new KumulusError("Forbidden", "You are not permitted to modify this image.");
    },
  };
}
