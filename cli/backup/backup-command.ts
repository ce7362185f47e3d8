// `kumulus backup`: writes the archive beside its name, reads it back, and only then gives it its name.
import { constants, createReadStream } from "node:fs";
import { access, open, rename, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Command, clusterOf, commonHelp, commonOptions } from "../command.ts";
import { readArchive, writeArchive } from "./archive.ts";
import { gatherCloud } from "./gather.ts";
import type { Secret } from "./key.ts";
import { archiveName, readSecret, secretHelp, secretOptions } from "./options.ts";
import { type SavedObject, savedObjects } from "./saved-object.ts";

const help = `kumulus backup ARCHIVE --passphrase-file FILE|--key-file FILE

Writes all objects of the cloud and its secrets into one encrypted file, as they are at one moment. The bytes of images, disks and volumes are
not in it.

Options:
${secretHelp}
${commonHelp}`;

const isThere = (path: string) =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );

async function store(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, "w", 0o600);
  try {
    for await (const piece of bytes) await file.write(piece);
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Size in bytes. A disk that does not give back what was written is found now, and not when the archive is needed. */
async function writeVerified(path: string, objects: readonly SavedObject[], secret: Secret): Promise<number> {
  const partial = `${path}.partial`;
  try {
    const size = await store(partial, writeArchive(objects, secret));
    await readArchive(createReadStream(partial), secret);
    await rename(partial, path);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function counted(objects: readonly SavedObject[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${kind}: ${count}`).join("\n");
}

export const backupCommand: Command = async (argv, { readSettings, print }) => {
  const { values, positionals } = parseArgs({ args: [...argv], options: { ...commonOptions, ...secretOptions }, allowPositionals: true });
  if (values.help) {
    print(help);
    return 0;
  }
  const path = archiveName(positionals, help);
  const secret = await readSecret(values, process.env);
  if (await isThere(path)) throw new TypeError(`${path} is there already: an archive is never overwritten`);
  const client = clusterOf(values, await readSettings(values));
  try {
    const objects = savedObjects(await gatherCloud(client));
    const size = await writeVerified(path, objects, secret);
    print(
      `${counted(objects)}\nWrote ${path}: ${objects.length} objects, ${Math.ceil(size / 1024)} KiB. It opens with the secret that you gave, and with nothing else.`,
    );
    return 0;
  } finally {
    await client.connection.close();
  }
};
