// Brings back one object: makes or changes it under its owners' new uids, and gives it back the status that nobody could find out again.
import { isCode, type KumulusError } from "../../domain/errors.ts";
import type { OwnerReference } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { missingStatus, type Present, stepOf } from "./decide.ts";
import { keyOf, ownerKey } from "./order.ts";
import { kindOf } from "./present.ts";
import { managersOf, type SavedObject } from "./saved-object.ts";

export type Outcome = { did: "made" | "changed" | "kept" } | { did: "failed"; why: string };

export interface Writing {
  client: KubeClient;
  merge: boolean;
  /** What is there, by keyOf; what is written is put in. */
  present: Map<string, Present>;
}

const writer = { fieldManager: "kumulus-restore", strict: true };

/** Undefined while one of the owners is not there: an object that names a uid which nobody has would be collected as garbage. */
function ownersOf(saved: SavedObject, { present }: Writing): OwnerReference[] | undefined {
  const owners: OwnerReference[] = [];
  for (const owner of saved.owners ?? []) {
    const uid = present.get(ownerKey(owner, saved, (key) => present.has(key)) ?? "")?.metadata.uid;
    if (uid === undefined) return undefined;
    owners.push({ ...owner, uid });
  }
  return owners;
}

async function writeStatus(saved: SavedObject, now: Present, { client }: Writing): Promise<boolean> {
  const status = missingStatus(saved, now);
  if (!status) return false;
  await client.patch(kindOf(saved), saved.metadata, { status }, { fieldManager: writer.fieldManager, subresource: "status" });
  return true;
}

const isWriters = ({ manager }: { manager?: string }) => manager === writer.fieldManager;

/** The API server has noted us as the writer of it all; the old cloud's writers take their fields back. */
async function writeManagers(saved: SavedObject, now: Present, { client }: Writing): Promise<void> {
  if (!saved.managers || !managersOf(now.metadata).some(isWriters)) return;
  const managers = saved.managers.filter((each) => !isWriters(each));
  await client.patch(kindOf(saved), saved.metadata, { metadata: { managedFields: managers } }, { fieldManager: writer.fieldManager });
}

async function carryOut(saved: SavedObject, owners: OwnerReference[], writing: Writing): Promise<Outcome> {
  const { client, merge, present } = writing;
  const kind = kindOf(saved);
  const step = stepOf(saved, present.get(keyOf(saved)), owners, merge);
  if (step.do === "keep") {
    const now = present.get(keyOf(saved));
    if (now) await writeManagers(saved, now, writing);
    return { did: now && (await writeStatus(saved, now, writing)) ? "changed" : "kept" };
  }
  const now = (await (step.do === "create"
    ? client.create(kind, step.object, writer)
    : client.replace(kind, step.object, writer))) as Present;
  present.set(keyOf(saved), now);
  await writeManagers(saved, now, writing);
  await writeStatus(saved, now, writing);
  return { did: step.do === "create" ? "made" : "changed" };
}

/** A refusal is an outcome. Rejects only when the API server does not answer: then the restore must be repeated. */
export async function writeObject(saved: SavedObject, writing: Writing): Promise<Outcome> {
  const owners = ownersOf(saved, writing);
  if (!owners) return { did: "failed", why: "its owner could not be brought back" };
  try {
    return await carryOut(saved, owners, writing);
  } catch (error) {
    if (isCode(error, "Unavailable") || !("code" in (error as object))) throw error;
    return { did: "failed", why: (error as KumulusError).message };
  }
}
