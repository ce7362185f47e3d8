// `kumulus restore`: reads the whole archive, and writes nothing before it has proved genuine.
import { createReadStream } from "node:fs";
import { parseArgs } from "node:util";
import { type Command, clusterOf, commonHelp, commonOptions } from "../command.ts";
import { readArchive } from "./archive.ts";
import { archiveName, readSecret, secretHelp, secretOptions } from "./options.ts";
import { restore } from "./restore.ts";
import type { SavedObject } from "./saved-object.ts";

const help = `kumulus restore ARCHIVE --passphrase-file FILE|--key-file FILE [--dry-run] [--merge]

Brings a cloud back from an archive of kumulus backup, with the same OpenStack ids. The operator stands still meanwhile. It can be repeated: what is
there stays as it is. Exits with 1 when an object was refused.

Options:
${secretHelp}
  --dry-run               say what would be done
  --merge                 into a cloud that is not empty: what both have becomes as in the archive
${commonHelp}`;

const flag = { type: "boolean" } as const;
const options = { ...commonOptions, ...secretOptions, "dry-run": flag, merge: flag } as const;

export const restoreCommand: Command = async (argv, { readSettings, print }) => {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    print(help);
    return 0;
  }
  const path = archiveName(positionals, help);
  const secret = await readSecret(values, process.env);
  const { header, records } = await readArchive<SavedObject>(createReadStream(path), secret);
  print(`${path} is whole: ${records.length} objects, saved at ${header.createdAt}`);
  const client = clusterOf(values, await readSettings(values));
  try {
    const { "dry-run": dryRun = false, merge = false } = values;
    return (await restore(client, { id: header.id, objects: records, merge, dryRun, print })) ? 0 : 1;
  } finally {
    await client.connection.close();
  }
};
