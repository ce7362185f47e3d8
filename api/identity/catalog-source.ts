// Services, endpoints and regions as the routes write them: a built-in one becomes an object when it is changed first, and can not be deleted.
import { KumulusError } from "../../domain/errors.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Store } from "../http/store.ts";
import { isStored } from "./built-in.ts";
import type { Source } from "./resource.ts";

interface CatalogSource<T extends KubeObject> {
  store: Store<T>;
  /** By OpenStack id, in the caches; built-in ones too. */
  find(id: string): T | undefined;
  /** For people. */
  title: string;
  isBuiltIn(object: T): boolean;
}

export function catalogSource<T extends KubeObject>({ store, find, title, isBuiltIn }: CatalogSource<T>): Source<T> {
  return {
    byId: async (id) => find(id) ?? (await store.byId(id)),
    create: (object) => store.create(object),
    update(object, change) {
      if (isStored(object)) return store.update(object, change);
      const draft = structuredClone(object);
      change(draft);
      return store.create(draft);
    },
    async delete(object) {
      if (isBuiltIn(object)) throw new KumulusError("Forbidden", `This ${title} is served by the cloud itself: disable it instead.`);
      await store.delete(object);
    },
  };
}
