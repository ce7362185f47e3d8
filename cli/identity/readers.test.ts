// What mysqldump and spreadsheets write, with the letters that make it hard.
import assert from "node:assert/strict";
import fc from "fast-check";
import { readCSV } from "./csv.ts";
import { DumpError, readDump } from "./sql-dump.ts";

const head = "-- MySQL dump 10.19\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `user`;\n";
const create =
  "CREATE TABLE `user` (\n  `id` varchar(64) NOT NULL DEFAULT ';',\n  `extra` text,\n  `enabled` tinyint(1),\n  PRIMARY KEY (`id`),\n  KEY `x` (`id`)\n) ENGINE=InnoDB;\n";
const user = new Set(["user"]);
const rowsOf = (text: string) => readDump(text, user).get("user") ?? [];

describe("MySQL dumps", () => {
  it("give rows by the columns of CREATE TABLE", () => {
    const text = `${head}${create}LOCK TABLES \`user\` WRITE;\nINSERT INTO \`user\` VALUES ('a','{\\"x\\": \\"it\\'s; )\\"}',1),('b',NULL,0);\nINSERT INTO \`user\` VALUES ('c','''q\\\\',-1);\nUNLOCK TABLES;\n`;
    assert.deepEqual(rowsOf(text), [
      { id: "a", extra: '{"x": "it\'s; )"}', enabled: "1" },
      { id: "b", extra: null, enabled: "0" },
      { id: "c", extra: "'q\\", enabled: "-1" },
    ]);
  });

  it("give rows by the columns that an INSERT names, bytes too, and pass over other tables", () => {
    const text = "INSERT INTO `token` VALUES ('a;b',0x00);INSERT INTO `user` (`id`, extra) VALUES (_binary 'a',0x6869), ('b', \"c\");";
    assert.deepEqual(rowsOf(text), [
      { id: "a", extra: "hi" },
      { id: "b", extra: "c" },
    ]);
  });

  it("give back any text", () => {
    const escaped: Record<string, string> = { "\0": "0", "\n": "n", "\r": "r", "\x1a": "Z", "'": "'", '"': '"', "\\": "\\" };
    const letterOf = (letter: string) => (escaped[letter] === undefined ? letter : `\\${escaped[letter]}`);
    const written = (text: string) => `'${[...text].map(letterOf).join("")}'`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (texts) => {
        const values = texts.map((text) => `(${written(text)})`).join(",");
        assert.deepEqual(
          rowsOf(`INSERT INTO user (extra) VALUES ${values};`).map(({ extra }) => extra),
          texts,
        );
      }),
    );
  });

  for (const [why, text, message] of [
    ["a text without end", "INSERT INTO user (id) VALUES ('a", /line 1: a text without end/],
    ["too few values", `${create}INSERT INTO user VALUES ('a');`, /line 8: 1 values for 3 columns of user/],
    ["no columns", "\nINSERT INTO user VALUES ('a');", /line 2: the columns of user are not known/],
    ["a cut list", "INSERT INTO user (id) VALUES ('a'),", /expected \(/],
  ] as const)
    it(`are refused with the line: ${why}`, () =>
      assert.throws(
        () => readDump(text, user),
        (error) => error instanceof DumpError && message.test(error.message),
      ));
});

describe("CSV files", () => {
  it("give rows by their header", () => {
    assert.deepEqual(readCSV('\ufeffid,name,note\r\n1,"Ada, ""the first""",\r\n2,"two\nlines",""\n\n'), [
      { id: "1", name: 'Ada, "the first"', note: null },
      { id: "2", name: "two\nlines", note: "" },
    ]);
    assert.deepEqual(readCSV(""), []);
  });
  it("are refused with the record that is wrong", () => {
    assert.throws(() => readCSV("id,name\n1\n"), /record 2: 1 fields for 2 columns/);
    assert.throws(() => readCSV('id\na"b\n'), /record 2: a quote in the wrong place/);
  });
});
