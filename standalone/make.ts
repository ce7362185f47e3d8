// What the Makefile calls: `node standalone/make.ts up|down|status|logs|clean`; variables come through the environment.
import { clean } from "./commands/clean.ts";
import { down } from "./commands/down.ts";
import { logs } from "./commands/logs.ts";
import { readOptions, UsageError } from "./commands/options.ts";
import { status } from "./commands/status.ts";
import { up } from "./commands/up.ts";

async function main(command: string | undefined): Promise<number> {
  const options = readOptions(process.env);
  if (command === "status") return status(options);
  if (command === "logs") return logs(options, process.env.PROCESS || undefined, process.env.FOLLOW === "1");
  if (command === "up") await up(options);
  else if (command === "down") await down(options);
  else if (command === "clean") await clean(options);
  else throw new UsageError("usage: make.ts up|down|status|logs|clean");
  return 0;
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  const stack = error instanceof UsageError || process.env.DEBUG !== "1" ? (error as Error).message : (error as Error).stack;
  console.error(`\nmake: ${stack}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
