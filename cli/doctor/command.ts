// `kumulus doctor`: its options and its output.
import { parseArgs } from "node:util";
import { type Command, clusterOf, commonHelp, commonOptions } from "../command.ts";
import { checkNames, examine } from "./doctor.ts";
import { exitCode, jsonReport, textReport } from "./report.ts";

const help = `kumulus doctor [--kubeconfig FILE] [--config FILE] [--output text|json]

Checks whether a cluster is fit for Kumulus: one line each, ok, warn or fail, with what to do about it.
Exits with 0 when nothing fails, with 1 when something does.

Options:
${commonHelp}
  --output text|json      how to print it; text unless said
  --strict                exit with 1 on a warning too
  --before-install        leave out what the chart is about to bring
  --skip CHECK            leave out a check, by the name in its lines; may be said several times
  --timeout SECONDS       limit of each check; 5 unless said`;

const flag = { type: "boolean" } as const;
const options = {
  ...commonOptions,
  output: { type: "string", default: "text" },
  strict: flag,
  "before-install": flag,
  skip: { type: "string", multiple: true },
  timeout: { type: "string", default: "5" },
} as const;

export const doctorCommand: Command = async (argv, { readSettings, print }) => {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    print(help);
    return 0;
  }
  const { output, strict = false, "before-install": beforeInstall = false, skip = [] } = values;
  const limitMs = Number(values.timeout) * 1000;
  if (output !== "text" && output !== "json") throw new TypeError(`--output ${output}: use text or json`);
  if (!(limitMs > 0)) throw new TypeError(`--timeout ${values.timeout}: use a number of seconds`);
  const unknown = skip.find((name) => !checkNames.includes(name));
  if (unknown !== undefined) throw new TypeError(`--skip ${unknown}: there are ${checkNames.join(", ")}`);
  const settings = await readSettings(values);
  const client = clusterOf(values, settings);
  try {
    const findings = await examine({ client, settings, now: () => new Date() }, { beforeInstall, skip, limitMs });
    print(output === "json" ? jsonReport(findings) : textReport(findings));
    return exitCode(findings, strict);
  } finally {
    await client.connection.close();
  }
};
