// Archives: what goes in comes out, and whatever was done to one in between is noticed.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { isCode } from "../../domain/errors.ts";
import { readArchive, writeArchive } from "./archive.ts";
import { frameBytes, openFrames, sealFrames } from "./frames.ts";
import { parseHeader } from "./header.ts";
import { deriveKey } from "./key.ts";

const keyFile = { keyFile: randomBytes(32) };

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}
const read = async (bytes: Uint8Array, secret: Parameters<typeof readArchive>[1] = keyFile, size = 1000) =>
  (await readArchive(chunked(bytes, size), secret)).records;
const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
  assert.rejects(promise, (error) => isCode(error, "Invalid") && sentence.test(error.message));

describe("archive", () => {
  it("gives back what was put in, however it is cut into chunks", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.integer({ min: 1, max: 500 }), async (values, size) => {
        const records = values.map((value) => JSON.parse(JSON.stringify({ value })) as object);
        assert.deepEqual(await read(await all(writeArchive(records, keyFile)), keyFile, size), records);
      }),
      { numRuns: 50 },
    ));

  it("holds many frames", async () => {
    const records = Array.from({ length: 40 }, () => ({ noise: randomBytes(8_000).toString("base64") }));
    const bytes = await all(writeArchive(records, keyFile));
    assert.ok(bytes.length > 3 * frameBytes);
    assert.deepEqual(await read(bytes, keyFile, 7_777), records);
  });

  it("refuses each flipped bit", async () => {
    const bytes = await all(writeArchive([{ a: 1 }, { secret: "x".repeat(200) }], keyFile));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        const broken = Buffer.from(bytes);
        broken[at] = (broken[at] ?? 0) ^ (1 << bit);
        await refuses(read(broken), /./);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses each that was cut off, and each that has something behind its end", async () => {
    const bytes = await all(writeArchive([{ a: 1 }], keyFile));
    for (let length = 0; length < bytes.length; length++) await refuses(read(bytes.subarray(0, length)), /./);
    await refuses(read(Buffer.concat([bytes, Buffer.from("x")])), /damaged: its end is missing/);
  });

  it("refuses frames that change places, are missing, or come from another archive of the key", async () => {
    const key = randomBytes(32);
    const [bound, other] = [Buffer.from("a header"), Buffer.from("another one")];
    const plain = randomBytes(frameBytes * 3 + 5);
    const frames: Buffer[] = [];
    for await (const frame of sealFrames(key, bound, chunked(plain, 50_000))) frames.push(frame);
    const opened = (parts: (Buffer | undefined)[], header = bound) =>
      all(openFrames(key, header, chunked(Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0))), 9_999)));
    const [first, second, third, fourth] = frames;
    assert.equal(frames.length, 4);
    assert.deepEqual(await opened(frames), plain);
    await refuses(opened([second, first, third, fourth]), /frame 1 is not as it was written/);
    await refuses(opened([first, third, fourth]), /frame 2 is not/);
    await refuses(opened([first, second, third]), /frame 3 is not/);
    await refuses(opened(frames, other), /frame 1 is not/);
  });

  it("tells a wrong passphrase and a wrong kind of secret from damage", async () => {
    const bytes = await all(writeArchive([{ a: 1 }], { passphrase: "correct horse battery" }));
    assert.deepEqual(await read(bytes, { passphrase: "correct horse battery" }), [{ a: 1 }]);
    await refuses(read(bytes, { passphrase: "correct horse batterz" }), /the passphrase is not the one that the archive was made with/);
    await refuses(read(bytes, keyFile), /made with a passphrase, not with a key file/);
    const other = await all(writeArchive([], keyFile));
    await refuses(read(other, { passphrase: "correct horse battery" }), /made with a key file: name it/);
    await refuses(read(other, { keyFile: randomBytes(32) }), /the key file is not the one/);
  });

  it("shows nothing of what it holds", async () => {
    const bytes = await all(writeArchive([{ password: "hunter2-hunter2" }], keyFile));
    assert.ok(!bytes.includes("hunter2") && !bytes.includes("password"));
  });

  it("reads no strangers' files, later versions, or first lines that ask for too much", async () => {
    await refuses(read(Buffer.from("PK\x03\x04 something else\n")), /no archive of kumulus backup/);
    await refuses(read(Buffer.alloc(100_000, 65)), /no archive of kumulus backup/);
    const header = { format: "kumulus-backup", id: "i", createdAt: "t", check: "c" };
    assert.throws(() => parseHeader(JSON.stringify({ ...header, version: 2 })), /version 2 of the format; this program reads version 1/);
    const key = { from: "passphrase", algorithm: "scrypt", salt: "", N: 2 ** 30, r: 8, p: 1 } as const;
    assert.throws(() => parseHeader(JSON.stringify({ ...header, version: 1, key: { ...key, N: 3 } })), /first line is damaged/);
    await refuses(deriveKey({ passphrase: "x" }, key), /more than 1 GiB/);
  });
});
