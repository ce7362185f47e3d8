// Authenticated encryption of a stream in frames (AES-256-GCM): none can be changed, moved, taken out or left off at the end unnoticed.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { KumulusError } from "../../domain/errors.ts";

/** Plain bytes in each frame but the last. */
export const frameBytes = 64 * 1024;
const tagBytes = 16;
const lengthBytes = 4;

export const damaged = (why: string) => new KumulusError("Invalid", `the archive is damaged: ${why}; nothing was written`);

/** 96 bits: the frame's number, and in the last byte whether it is the last one. A key is used for one archive only. */
function nonce(number: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(BigInt(number), 0);
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}

function seal(key: Uint8Array, bound: Uint8Array, number: number, plain: Uint8Array, isLast: boolean): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce(number, isLast)).setAAD(bound);
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** `bound` is the header: a frame opens only behind the header that it was made for. */
export async function* sealFrames(key: Uint8Array, bound: Uint8Array, source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > frameBytes) {
      yield seal(key, bound, number++, rest.subarray(0, frameBytes), false);
      rest = rest.subarray(frameBytes);
    }
  }
  yield seal(key, bound, number, rest, true);
}

function open(key: Uint8Array, bound: Uint8Array, number: number, body: Buffer, isLast: boolean): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce(number, isLast)).setAAD(bound);
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    throw damaged(`frame ${number + 1} is not as it was written`);
  }
}

/** Rejects with Invalid at the first frame that is not whole. What came before it was genuine, but not all: use nothing before the end. */
export async function* openFrames(key: Uint8Array, bound: Uint8Array, source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  let number = 0;
  let held: Buffer | undefined;
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= lengthBytes) {
      const length = rest.readUInt32BE();
      if (length < tagBytes || length > frameBytes + tagBytes) throw damaged(`frame ${number + 1} has an impossible length`);
      if (rest.length < lengthBytes + length) break;
      // Only the end of the source tells which frame is the last one.
      if (held) yield open(key, bound, number++, held, false);
      held = rest.subarray(lengthBytes, lengthBytes + length);
      rest = rest.subarray(lengthBytes + length);
    }
  }
  if (rest.length > 0 || !held) throw damaged("its end is missing");
  yield open(key, bound, number, held, true);
}
