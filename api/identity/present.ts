// A store without what is on its way out: deleted objects that still wait for their finalizers are gone for OpenStack's clients.
import type { KubeObject } from "../../models/kind.ts";
import type { Store } from "../http/store.ts";

export const isLeaving = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** Reads skip what `isGone` says; writes are the store's own. */
export function presentStore<T extends KubeObject>(store: Store<T>, isGone: (object: T) => boolean): Store<T> {
  const kept = (objects: readonly T[]) => (objects.some(isGone) ? objects.filter((object) => !isGone(object)) : objects);
  const known = (object: T | undefined) => (object && isGone(object) ? undefined : object);
  return {
    kind: store.kind,
    cache: store.cache,
    byId: async (id) => known(await store.byId(id)),
    owned: (auth, id) => store.owned(auth, id),
    get: (name) => known(store.get(name)),
    list: () => kept(store.list()),
    byIndex: (index, value) => kept(store.byIndex(index, value)),
    create: (object) => store.create(object),
    update: (object, change) => store.update(object, change),
    patch: (object, patch, options) => store.patch(object, patch, options),
    delete: (object) => store.delete(object),
    refresh: (object) => store.refresh(object),
    waitFor: (object, accept, timeoutMs) => store.waitFor(object, accept, timeoutMs),
  };
}
