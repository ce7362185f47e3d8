// Time-based one-time passwords (RFC 6238 on RFC 4226): six digits, HMAC-SHA-1, periods of 30 s, as Keystone's method `totp`.
import { createHmac, timingSafeEqual } from "node:crypto";

const digits = 6;
const periodMs = 30_000;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 base32, padded or not; undefined for what is none. */
export function decodeBase32(text: string): Buffer | undefined {
  const plain = text.trim().toUpperCase().replace(/=+$/, "");
  const bytes: number[] = [];
  let [bits, value] = [0, 0];
  for (const letter of plain) {
    const index = alphabet.indexOf(letter);
    if (index < 0) return undefined;
    value = ((value << 5) | index) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return bytes.length > 0 ? Buffer.from(bytes) : undefined;
}

export const periodAt = (nowMs: number): number => Math.floor(nowMs / periodMs);

export function passcode(secret: Uint8Array, period: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(period));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The period that the passcode belongs to: this one or one of the `previous` before it. Undefined for a wrong or older passcode. */
export function periodOf(given: string, secret: Uint8Array, nowMs: number, previous: number): number | undefined {
  const now = periodAt(nowMs);
  const periods = Array.from({ length: previous + 1 }, (_, index) => now - index);
  return periods.find((period) => period >= 0 && same(given, passcode(secret, period)));
}
