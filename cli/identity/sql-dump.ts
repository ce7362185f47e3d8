// Reads what mysqldump writes: the rows of the tables that are asked for, by column name. Nothing is executed. Pure.

export type Row = Readonly<Record<string, string | null>>;
export type Tables = ReadonlyMap<string, readonly Row[]>;

/** A statement that is no dump's; `at` is its place in the text. */
export class DumpError extends Error {
  override readonly name = "DumpError";
  constructor(message: string, text: string, at: number) {
    super(`line ${text.slice(0, at).split("\n").length}: ${message}`);
  }
}

const escapes: Readonly<Record<string, string>> = { 0: "\0", b: "\b", n: "\n", r: "\r", t: "\t", Z: "\x1a" };

/** Goes through the text once, from value to value. */
class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string): never {
    throw new DumpError(message, this.text, this.at);
  }

  /** White space, and comments that hold no statement. */
  skip(): void {
    const blank = /(?:\s|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!!)[\s\S]*?\*\/)*/y;
    blank.lastIndex = this.at;
    blank.exec(this.text);
    this.at = blank.lastIndex;
  }

  /** Takes `word` (in any case) if it comes next. */
  take(word: string): boolean {
    this.skip();
    if (this.text.slice(this.at, this.at + word.length).toUpperCase() !== word) return false;
    this.at += word.length;
    return true;
  }

  need(word: string): void {
    if (!this.take(word)) this.fail(`expected ${word}`);
  }

  /** `name`, in backquotes or bare. */
  name(): string {
    this.skip();
    const name = /`((?:[^`]|``)+)`|(\w+)/y;
    name.lastIndex = this.at;
    const found = name.exec(this.text) ?? this.fail("expected a name");
    this.at = name.lastIndex;
    return found[1]?.replaceAll("``", "`") ?? found[2] ?? "";
  }

  /** A text in quotes; two quotes, or a backslash and one, are a quote. */
  quoted(quote: string): string {
    const parts: string[] = [];
    let from = this.at + 1;
    for (let at = from; at < this.text.length; at += 1) {
      const letter = this.text[at];
      if (letter === "\\") {
        const next = this.text[at + 1] ?? "";
        parts.push(this.text.slice(from, at), escapes[next] ?? next);
        at += 1;
        from = at + 1;
      } else if (letter === quote && this.text[at + 1] === quote) {
        parts.push(this.text.slice(from, at + 1));
        at += 1;
        from = at + 1;
      } else if (letter === quote) {
        parts.push(this.text.slice(from, at));
        this.at = at + 1;
        return parts.join("");
      }
    }
    return this.fail("a text without end");
  }

  /** A number, a text, NULL, or bytes in hexadecimal. */
  value(): string | null {
    this.take("_BINARY");
    this.skip();
    const letter = this.text[this.at];
    if (letter === "'" || letter === '"') return this.quoted(letter);
    const plain = /0x([0-9a-f]+)|[-+\w.]+/iy;
    plain.lastIndex = this.at;
    const found = plain.exec(this.text) ?? this.fail("expected a value");
    this.at = plain.lastIndex;
    if (found[1] !== undefined) return Buffer.from(found[1], "hex").toString("utf8");
    return found[0].toUpperCase() === "NULL" ? null : found[0];
  }

  /** `( item , item … )` */
  list<T>(item: () => T): T[] {
    this.need("(");
    const items = [item()];
    while (this.take(",")) items.push(item());
    this.need(")");
    return items;
  }

  /** To the end of the statement, over its texts. */
  rest(): string {
    const from = this.at;
    while (this.at < this.text.length && this.text[this.at] !== ";") {
      const letter = this.text[this.at] ?? "";
      if (letter === "'" || letter === '"') this.quoted(letter);
      else this.at += 1;
    }
    this.at += 1;
    return this.text.slice(from, this.at);
  }
}

/** Columns of a CREATE TABLE in their order; keys and constraints begin with a word, columns with a backquote. */
const columnsOf = (body: string): string[] => [...body.matchAll(/^\s*`((?:[^`]|``)+)`\s/gm)].map(([, name = ""]) => name);

/** Throws DumpError. Tables that are not `wanted` are passed over. */
export function readDump(text: string, wanted: ReadonlySet<string>): Tables {
  const reader = new Reader(text);
  const columns = new Map<string, string[]>();
  const rows = new Map<string, Row[]>();
  for (reader.skip(); reader.at < text.length; reader.skip()) {
    if (reader.take("CREATE TABLE")) {
      reader.take("IF NOT EXISTS");
      const table = reader.name();
      columns.set(table, columnsOf(reader.rest()));
    } else if (reader.take("INSERT ")) {
      reader.take("IGNORE");
      reader.need("INTO");
      const table = reader.name();
      if (!wanted.has(table)) {
        reader.rest();
        continue;
      }
      const names = reader.take("VALUES") ? columns.get(table) : reader.list(() => reader.name());
      if (names === undefined)
        return reader.fail(`the columns of ${table} are not known: the dump has neither CREATE TABLE nor their names`);
      if (names !== columns.get(table)) reader.need("VALUES");
      const known = rows.get(table) ?? [];
      rows.set(table, known);
      do {
        const values = reader.list(() => reader.value());
        if (values.length !== names.length) reader.fail(`${values.length} values for ${names.length} columns of ${table}`);
        known.push(Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])));
      } while (reader.take(","));
      reader.need(";");
    } else reader.rest();
  }
  return rows;
}
