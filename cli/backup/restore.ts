// Brings a cloud back from an archive's objects: looks at what is there, decides whether to begin, and writes stage by stage.
import { KumulusError } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Namespace } from "../../operator/kube/core-kinds.ts";
import { type Present, stepOf } from "./decide.ts";
import { holdOperator } from "./hold.ts";
import { type Marker, readMarker, writeMarker } from "./marker.ts";
import { keyOf, stagesOf } from "./order.ts";
import { checkDefinitions, readPresent } from "./present.ts";
import { isOurs, type SavedObject } from "./saved-object.ts";
import { type Outcome, type Writing, writeObject } from "./write.ts";

export interface RestoreOptions {
  /** Of the archive. */
  id: string;
  objects: readonly SavedObject[];
  /** Into a cloud that has objects of its own: what both have becomes as in the archive. */
  merge: boolean;
  dryRun: boolean;
  print(text: string): void;
}

const width = 8;

/** How often each thing was done to each kind, as lines. */
function summary(done: readonly { kind: string; did: string }[]): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { kind, did } of done) {
    const ofKind = counts.get(kind) ?? new Map<string, number>();
    counts.set(kind, ofKind.set(did, (ofKind.get(did) ?? 0) + 1));
  }
  return [...counts].map(([kind, ofKind]) => `${kind}: ${[...ofKind].map(([did, count]) => `${count} ${did}`).join(", ")}`);
}

/** Throws Invalid when the restore must not begin; false when it was done before. */
export function mayBegin(
  present: ReadonlyMap<string, Present>,
  marker: Marker | undefined,
  { id, merge }: Pick<RestoreOptions, "id" | "merge">,
): boolean {
  if (merge) return true;
  if (marker?.archive === id) return marker.state !== "done";
  const ours = [...present.values()].filter(isOurs);
  if (ours.length === 0) return true;
  const [first] = ours;
  throw new KumulusError(
    "Invalid",
    `the cloud is not empty: it has ${ours.length} objects, such as ${first?.kind} ${first?.metadata.name}. With --merge the archive's objects come beside them, and replace those of the same name`,
  );
}

/** What would be done, without owners' uids: they are not known before their owners are there. */
function rehearsal(objects: readonly SavedObject[], present: ReadonlyMap<string, Present>, merge: boolean): string[] {
  const words = { create: "to make", change: "to change", keep: "there already" } as const;
  return summary(objects.map((saved) => ({ kind: saved.kind, did: words[stepOf(saved, present.get(keyOf(saved)), [], merge).do] })));
}

async function writeStage(stage: readonly SavedObject[], writing: Writing, print: (text: string) => void): Promise<string[]> {
  const queue = [...stage];
  const done: { object: SavedObject; outcome: Outcome }[] = [];
  const worker = async () => {
    for (let object = queue.shift(); object; object = queue.shift()) done.push({ object, outcome: await writeObject(object, writing) });
  };
  await Promise.all(Array.from({ length: width }, worker));
  for (const line of summary(done.map(({ object, outcome }) => ({ kind: object.kind, did: outcome.did })))) print(line);
  return done.flatMap(({ object, outcome }) => (outcome.did === "failed" ? [`${keyOf(object)}: ${outcome.why}`] : []));
}

async function ensureSystemNamespace(client: KubeClient, present: ReadonlyMap<string, Present>): Promise<void> {
  const object: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } };
  if (!present.has(keyOf(object))) await client.create(Namespace, object);
}

/** True when all is there. Invalid before anything was written when it must not begin. Can be repeated after an interruption. */
export async function restore(client: KubeClient, options: RestoreOptions): Promise<boolean> {
  const { id, objects, merge, dryRun, print } = options;
  await checkDefinitions(client, objects);
  const present = await readPresent(client, objects);
  const marker = await readMarker(client);
  if (!mayBegin(present, marker, options)) {
    print(`This archive was restored here to the end at ${marker?.at}: nothing to do. With --merge it is restored again.`);
    return true;
  }
  if (dryRun) {
    for (const line of rehearsal(objects, present, merge)) print(line);
    print("Nothing was written: this was a rehearsal.");
    return true;
  }
  await ensureSystemNamespace(client, present);
  const release = await holdOperator(client, `restore-of-${id}`, print);
  const note = (state: Marker["state"]) => writeMarker(client, { archive: id, state, at: new Date().toISOString() });
  await note("running");
  const problems: string[] = [];
  for (const stage of stagesOf(objects)) problems.push(...(await writeStage(stage, { client, merge, present }, print)));
  for (const problem of problems) print(`not restored: ${problem}`);
  if (problems.length > 0) {
    print(
      `${problems.length} of ${objects.length} objects were refused. The operator stands still: mend the cause and repeat the command,`,
    );
    print(`or let it go on without them: kubectl -n ${systemNamespace} delete lease kumulus-operator`);
    return false;
  }
  await note("done");
  await release();
  print(`Restored ${objects.length} objects; the operator goes on.`);
  return true;
}
