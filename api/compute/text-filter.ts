// Filters that Nova reads as regular expressions. A client's pattern must not be able to stop the process, so only patterns that match quickly are taken.
import { KumulusError } from "../../domain/errors.ts";

const maxLength = 255;
/** Each further one would multiply the worst case by the length of the text. */
const maxRepeats = 2;

/** Whether a text contains a match. Invalid (400) for a pattern that is malformed or could take long. */
export function textFilter(pattern: string, field: string): (text: string) => boolean {
  if (/^[\w\s:@%/,=~-]*$/.test(pattern)) return (text) => text.toLowerCase().includes(pattern.toLowerCase());
  const plain = pattern.replace(/\\./g, "").replace(/\[[^\]]*\]/g, "");
  const repeats = plain.match(/[*+{]/g)?.length ?? 0;
  const repeatsGroup = /\)[*+?{]/.test(plain);
  const refersBack = /\\[1-9k]|\(\?/.test(pattern);
  if (pattern.length > maxLength || repeats > maxRepeats || repeatsGroup || refersBack) throw refused(field);
  try {
    const expression = new RegExp(pattern, "i");
    return (text) => expression.test(text);
  } catch {
    throw refused(field);
  }
}

const refused = (field: string) => new KumulusError("Invalid", `Invalid filter field: ${field}. The pattern is malformed or too complex.`);
