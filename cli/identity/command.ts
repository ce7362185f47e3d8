// `kumulus identity import`: takes over the users, projects, roles and grants of a Keystone.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { type Command, clusterOf, commonHelp, commonOptions } from "../command.ts";
import { applyAll, readPresent } from "./apply.ts";
import { readCSV } from "./csv.ts";
import { type Plan, planImport } from "./plan.ts";
import { readSource, sourceTables } from "./source.ts";
import { DumpError, type Row, readDump, type Tables } from "./sql-dump.ts";

const help = `kumulus identity import [--dry-run] FILE…

Makes the domains, projects, roles, groups, users and role assignments of a Keystone, with the same OpenStack ids; passwords go on working.
It can be repeated: what is there is brought up to date, but for passwords, which stay as they are.

Files: what \`mysqldump keystone\` writes (*.sql), or CSV files named as Keystone's tables (user.csv, project.csv …); docs/operations.md lists
their columns.

Options:
  --dry-run               says what would be made and changes nothing
${commonHelp}`;

/** Throws TypeError for what can not be read, with the file's name. */
async function readTables(files: readonly string[]): Promise<Tables> {
  const tables = new Map<string, Row[]>();
  for (const file of files) {
    const text = await readFile(file, "utf8");
    try {
      const found: Tables = /\.csv$/i.test(file) ? new Map([[basename(file).slice(0, -4), readCSV(text)]]) : readDump(text, sourceTables);
      for (const [table, rows] of found) {
        if (!sourceTables.has(table))
          throw new RangeError(`there is no table ${table}: name the file as one of ${[...sourceTables].join(", ")}`);
        tables.set(table, [...(tables.get(table) ?? []), ...rows]);
      }
    } catch (error) {
      if (error instanceof DumpError || error instanceof RangeError) throw new TypeError(`${file}: ${error.message}`);
      throw error;
    }
  }
  if (tables.size === 0) throw new TypeError("the files hold none of Keystone's tables");
  return tables;
}

/** "3 User (2 new)" for each kind, in the order of the plan. */
function summary({ wanted }: Plan): string[] {
  const kinds = Map.groupBy(wanted, ({ kind }) => kind.kind);
  return [...kinds].map(([kind, some]) => {
    const fresh = some.filter(({ isNew }) => isNew).length;
    return `  ${some.length} ${kind}${some.length === fresh ? "" : ` (${fresh} new)`}`;
  });
}

export const identityCommand: Command = async (argv, { print, complain, readSettings }) => {
  const options = { ...commonOptions, "dry-run": { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    print(help);
    return 0;
  }
  const [verb, ...files] = positionals;
  if (verb !== "import" || files.length === 0) throw new TypeError(`say what to import\n\n${help}`);
  const { source, refusals, notes } = readSource(await readTables(files));
  const client = clusterOf(values, await readSettings(values));
  try {
    const plan = planImport(source, await readPresent(client));
    print([values["dry-run"] ? "Would make or update:" : "Makes or updates:", ...summary(plan)].join("\n"));
    const refused = [...refusals, ...plan.refusals, ...(values["dry-run"] ? [] : await applyAll(client, plan.wanted, print))];
    for (const note of notes) print(`Left out: ${note}.`);
    for (const reason of refused) complain(`not imported: ${reason}`);
    if (refused.length > 0) complain(`${refused.length} could not be imported.`);
    return refused.length > 0 ? 1 : 0;
  } finally {
    await client.connection.close();
  }
};
