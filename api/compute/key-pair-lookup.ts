// Key pairs of a user: Nova knows them by the user and a name, in whatever project they were made. Those that kubectl made without a user are the project's.
import { displayNameOf } from "../../domain/id.ts";
import type { KeyPair } from "../../models/compute/key-pair.ts";
import type { ComputeWorld } from "./world.ts";

/** `user` is the User's Kubernetes name; `namespace` the project's, undefined for none. */
export function keyPairsOf(world: ComputeWorld, user: string, namespace: string | undefined): KeyPair[] {
  const shared = namespace === undefined ? [] : world.keyPairs.list(namespace).filter(({ spec }) => spec.userRef === undefined);
  const all = [...world.keyPairs.byIndex("user", user), ...shared].filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return all.toSorted((a, b) => (displayNameOf(a) < displayNameOf(b) ? -1 : 1));
}

export function findKeyPair(world: ComputeWorld, user: string, namespace: string | undefined, name: string): KeyPair | undefined {
  return keyPairsOf(world, user, namespace).find((keyPair) => displayNameOf(keyPair) === name);
}
