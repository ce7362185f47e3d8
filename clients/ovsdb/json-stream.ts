// Cuts a byte stream into JSON texts: OVSDB sends objects back to back, without any separator.

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Returns a function that takes chunks and gives the values that are complete by then. Only objects and arrays are cut; UTF-8 sequences may be
 * split between chunks. Throws SyntaxError on a text that is not JSON: the connection is then lost for good.
 */
export function jsonStream(): (chunk: Uint8Array) => unknown[] {
  let parts: Buffer[] = [];
  let depth = 0;
  let inString = false;
  let escaped = false;

  return (chunk) => {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const values: unknown[] = [];
    let start = 0;
    for (let i = 0; i < buffer.length; i++) {
      const byte = buffer[i];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
        continue;
      }
      if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) {
        depth--;
        if (depth > 0) continue;
        parts.push(buffer.subarray(start, i + 1));
        start = i + 1;
        values.push(JSON.parse(Buffer.concat(parts).toString("utf8")));
        parts = [];
        depth = 0;
      }
    }
    if (start < buffer.length) parts.push(Buffer.from(buffer.subarray(start)));
    return values;
  };
}
