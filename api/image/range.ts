// The Range header for one range of bytes (RFC 9110 section 14).
import type { ByteRange } from "../../clients/image-store/image-store.ts";
import { KumulusError } from "../../domain/errors.ts";

/** Undefined: the whole. Several ranges and other units are answered with the whole, as the RFC allows. 416 for a range past the end. */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || end < start)
    throw new KumulusError("Invalid", `The range ${header} is not in the ${size} bytes of this image.`, { status: 416 });
  return { start, end };
}
