// In which order objects are brought back: owners before what they own, addresses before the ports that hold them. Pure.
import { systemNamespace } from "../../domain/id.ts";
import type { SavedObject, SavedOwner } from "./saved-object.ts";

/** Names one object among all. Versions may differ, groups do not. */
export function keyOf({ apiVersion, kind, metadata }: Pick<SavedObject, "apiVersion" | "kind" | "metadata">): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return `${kind}.${group} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** An owner is cluster-scoped or in the same namespace; which of them only the archive tells. */
const ownerKeys = (owner: SavedOwner, { metadata }: SavedObject): string[] =>
  [undefined, metadata.namespace].map((namespace) =>
    keyOf({ ...owner, metadata: { name: owner.name, ...(namespace !== undefined && { namespace }) } }),
  );

/** The owner's key, undefined when the archive has not got it. */
export const ownerKey = (owner: SavedOwner, object: SavedObject, has: (key: string) => boolean): string | undefined =>
  ownerKeys(owner, object).find(has);

/** Networks need their tenant's namespace; an address without its port waits a minute, a port without its address takes another. */
function ownStage({ kind, metadata }: SavedObject): number {
  if (kind === "Tenant") return 1;
  if (kind === "Namespace") return 2;
  if (metadata.namespace === undefined || metadata.namespace === systemNamespace) return 0;
  return kind === "Port" ? 4 : 3;
}

/** Objects of one stage do not need one another. */
export function stagesOf(objects: readonly SavedObject[]): SavedObject[][] {
  const byKey = new Map(objects.map((object) => [keyOf(object), object]));
  const known = new Map<SavedObject, number>();
  const stageOf = (object: SavedObject): number => {
    const done = known.get(object);
    if (done !== undefined) return done;
    known.set(object, ownStage(object));
    const owners = (object.owners ?? []).flatMap((owner) => {
      const key = ownerKey(owner, object, (each) => byKey.has(each));
      return byKey.get(key ?? "") ?? [];
    });
    const stage = Math.max(ownStage(object), ...owners.map((owner) => stageOf(owner) + 1));
    known.set(object, stage);
    return stage;
  };
  const stages: SavedObject[][] = [];
  for (const object of objects) {
    const stage = stageOf(object);
    stages[stage] ??= [];
    stages[stage].push(object);
  }
  return stages.filter((stage) => stage !== undefined);
}
