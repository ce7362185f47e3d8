// An archive: a readable first line, then encrypted frames that hold gzip of JSON, one record a line and a count at the end.
import { randomUUID, timingSafeEqual } from "node:crypto";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { KumulusError } from "../../domain/errors.ts";
import { damaged, openFrames, sealFrames } from "./frames.ts";
import { type Header, longestHeader, parseHeader } from "./header.ts";
import { deriveKey, keyCheck, newDerivation, type Secret } from "./key.ts";

type Bytes = AsyncIterable<Uint8Array>;

/** The last line. */
interface End {
  end: { records: number };
}

async function* lines(records: AsyncIterable<object> | Iterable<object>): AsyncGenerator<string> {
  let count = 0;
  for await (const record of records) {
    count++;
    yield `${JSON.stringify(record)}\n`;
  }
  yield `${JSON.stringify({ end: { records: count } } satisfies End)}\n`;
}

/** Its errors come out where the result is read. */
const through = (source: Bytes | AsyncIterable<string>, transform: Transform): Bytes =>
  pipeline(Readable.from(source), transform, () => undefined);

/** The bytes of an archive. */
export async function* writeArchive(
  records: AsyncIterable<object> | Iterable<object>,
  secret: Secret,
  { now = new Date() }: { now?: Date } = {},
): AsyncGenerator<Uint8Array> {
  const derivation = newDerivation(secret);
  const key = await deriveKey(secret, derivation);
  const header: Header = {
    format: "kumulus-backup",
    version: 1,
    id: randomUUID(),
    createdAt: now.toISOString(),
    key: derivation,
    check: keyCheck(key),
  };
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  yield line;
  yield* sealFrames(key, line, through(lines(records), createGzip()));
}

/** Takes the first line off. */
async function splitHeader(source: Bytes): Promise<{ line: Buffer; rest: Bytes }> {
  const chunks = source[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  while (!read.includes(10) && read.length <= longestHeader) {
    const { done, value } = await chunks.next();
    if (done) break;
    read = Buffer.concat([read, value]);
  }
  const end = read.indexOf(10) + 1;
  if (end === 0 || end > longestHeader) throw new KumulusError("Invalid", "this is no archive of kumulus backup");
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield read.subarray(end);
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { line: read.subarray(0, end), rest: rest() };
}

async function openKey(header: Header, secret: Secret): Promise<Buffer> {
  const key = await deriveKey(secret, header.key);
  const [theirs, ours] = [Buffer.from(header.check), Buffer.from(keyCheck(key))];
  if (theirs.length === ours.length && timingSafeEqual(theirs, ours)) return key;
  const what = header.key.from === "passphrase" ? "passphrase" : "key file";
  throw new KumulusError("Invalid", `the ${what} is not the one that the archive was made with`);
}

async function textOf(plain: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of plain) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/**
 * All records, once the whole archive has proved genuine. Invalid for a wrong secret, for what is no archive, and for one that was
 * damaged or cut off.
 */
export async function readArchive<T>(source: Bytes, secret: Secret): Promise<{ header: Header; records: T[] }> {
  const { line, rest } = await splitHeader(source);
  const header = parseHeader(line.toString("utf8"));
  const key = await openKey(header, secret);
  let text: string;
  try {
    text = await textOf(through(openFrames(key, line, rest), createGunzip()));
  } catch (error) {
    throw error instanceof KumulusError ? error : damaged((error as Error).message);
  }
  const records = text
    .split("\n")
    .slice(0, -1)
    .map((each) => JSON.parse(each) as T);
  const last = records.pop() as End | undefined;
  if (last?.end?.records !== records.length) throw damaged("its count of records is wrong");
  return { header, records };
}
