// Comma-separated values (RFC 4180) with a header, as rows by column name. Pure.
import type { Row } from "./sql-dump.ts";

/** An empty field is a missing one; a quoted one may be empty. Throws RangeError. */
export function readCSV(text: string): Row[] {
  const records: (string | null)[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let record: (string | null)[] = [];
  const source = text.replace(/^\ufeff/, "").replace(/\s*$/, "\n");
  while (field.lastIndex < source.length) {
    const line = records.length + 1;
    const found = field.exec(source);
    if (!found) throw new RangeError(`record ${line}: a quote in the wrong place`);
    const [, quoted, plain, end] = found;
    record.push(quoted?.replaceAll('""', '"') ?? (plain === "" ? null : (plain ?? null)));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  const [header = [], ...rows] = records.filter((each) => each.some((value) => value !== null));
  return rows.map((values, index) => {
    if (values.length !== header.length) throw new RangeError(`record ${index + 2}: ${values.length} fields for ${header.length} columns`);
    return Object.fromEntries(header.map((name, place) => [name ?? "", values[place] ?? null]));
  });
}
