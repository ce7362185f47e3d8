// What `kumulus backup` and `kumulus restore` have in common on the command line: the archive's name and its secret.
import { readFile } from "node:fs/promises";
import { type Secret, shortestPassphrase } from "./key.ts";

const text = { type: "string" } as const;

/** For parseArgs. */
export const secretOptions = { "passphrase-file": text, "key-file": text } as const;

export const secretHelp = `  --passphrase-file FILE  holds the passphrase (a line break at its end does not count); else it is $KUMULUS_BACKUP_PASSPHRASE
  --key-file FILE         a file of 32 random bytes or more in the passphrase's place`;

const shortestKey = 32;

interface SecretFiles {
  "passphrase-file"?: string;
  "key-file"?: string;
}

/** Throws TypeError when none was given, two were, or it is too short to protect anything. */
export async function readSecret(files: SecretFiles, environment: NodeJS.ProcessEnv): Promise<Secret> {
  const { "passphrase-file": passphraseFile, "key-file": keyFile } = files;
  if (passphraseFile !== undefined && keyFile !== undefined) throw new TypeError("give --passphrase-file or --key-file, not both");
  if (keyFile !== undefined) {
    const bytes = await readFile(keyFile);
    if (bytes.length < shortestKey) throw new TypeError(`${keyFile} has ${bytes.length} bytes: a key file has ${shortestKey} or more`);
    return { keyFile: bytes };
  }
  const given = passphraseFile === undefined ? environment.KUMULUS_BACKUP_PASSPHRASE : await readFile(passphraseFile, "utf8");
  if (given === undefined)
    throw new TypeError("the archive holds all secrets of the cloud: give --passphrase-file FILE or --key-file FILE");
  const passphrase = given.replace(/\r?\n$/, "");
  if (passphrase.length < shortestPassphrase) throw new TypeError(`the passphrase has fewer than ${shortestPassphrase} characters`);
  return { passphrase };
}

/** Throws TypeError with the help when the archive is not named, or more is. */
export function archiveName(positionals: readonly string[], help: string): string {
  const [name, ...more] = positionals;
  if (!name || more.length > 0) throw new TypeError(`say which archive\n\n${help}`);
  return name;
}
