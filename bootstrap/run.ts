// `kumulus bootstrap`: fills a new cloud on a cluster, once. It can be repeated after an interruption.
import { randomBytes } from "node:crypto";
import { VolumeSnapshotClass } from "../clients/snapshot/kinds.ts";
import { isCode } from "../domain/errors.ts";
import { systemNamespace } from "../domain/id.ts";
import type { KubeClient, Log } from "../operator/contract.ts";
import { Secret, StorageClass } from "../operator/kube/core-kinds.ts";
import { clientVariables, clouds, exports } from "./client-files.ts";
import { type Passwords, seededUsers } from "./identity.ts";
import type { DefaultStorage } from "./offer.ts";
import { isSeeded, markSeeded, seedCloud } from "./seed.ts";
import type { BootstrapSettings } from "./settings.ts";

/** Secret for people: clouds.yaml, and an openrc for each user. */
const accessSecret = { name: "kumulus-clouds", namespace: systemNamespace };

const encode = (text: string) => Buffer.from(text).toString("base64");
const decode = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString();

function accessData({ apiURL, region }: BootstrapSettings, passwords: Passwords): Record<string, string> {
  const access = { apiURL, region };
  const openrcs = seededUsers.map((user) => [
    `openrc-${user}`,
    encode(`${exports(clientVariables(access, user, passwords[user])).join("\n")}\n`),
  ]);
  return {
    ...Object.fromEntries(seededUsers.map((user) => [user, encode(passwords[user])])),
    ...Object.fromEntries(openrcs),
    "clouds.yaml": encode(`${JSON.stringify(clouds(access, passwords), undefined, 2)}\n`),
  };
}

/** Made at the first run and kept: a second run that finishes what a first one began must not know other passwords. */
async function ensureAccess(client: KubeClient, settings: BootstrapSettings): Promise<Passwords> {
  const passwords: Passwords = { admin: randomBytes(12).toString("hex"), demo: randomBytes(12).toString("hex") };
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: accessSecret,
    type: "Opaque",
    data: accessData(settings, passwords),
  } as const;
  const made = await client.create(Secret, secret).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
    return client.get(Secret, accessSecret);
  });
  return { admin: decode(made.data?.admin), demo: decode(made.data?.demo) };
}

const isDefault = (mark: string) => (object: { metadata: { annotations?: Record<string, string> } }) =>
  object.metadata.annotations?.[mark] === "true";

/** Undefined where the cluster has no default class and the settings name none. */
async function storageOf(client: KubeClient, { volumeType }: BootstrapSettings): Promise<DefaultStorage | undefined> {
  const classes = volumeType.storageClassName ? [] : await client.list(StorageClass);
  const storageClassName =
    volumeType.storageClassName ?? classes.find(isDefault("storageclass.kubernetes.io/is-default-class"))?.metadata.name;
  if (storageClassName === undefined) return undefined;
  const snapshots = volumeType.volumeSnapshotClassName ? [] : await client.list(VolumeSnapshotClass).catch(() => []);
  const volumeSnapshotClassName =
    volumeType.volumeSnapshotClassName ?? snapshots.find(isDefault("snapshot.storage.kubernetes.io/is-default-class"))?.metadata.name;
  return { name: volumeType.name, storageClassName, ...(volumeSnapshotClassName !== undefined && { volumeSnapshotClassName }) };
}

export async function bootstrap(client: KubeClient, settings: BootstrapSettings, log: Log): Promise<void> {
  if (await isSeeded(client)) return log.info({}, "the cloud was filled before: nothing to do");
  const storage = await storageOf(client, settings);
  if (!storage)
    log.warn({}, "no volume type was made: the cluster has no default StorageClass, and bootstrap.volumeType.storageClassName names none");
  const passwords = await ensureAccess(client, settings);
  await seedCloud(client, { passwords, storage, external: settings.externalNetwork });
  await markSeeded(client);
  log.info({ secret: accessSecret.name }, "the cloud has users, flavors and networks; the Secret has their passwords");
}
