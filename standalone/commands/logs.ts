// `make logs`: the last lines of each log; PROCESS=name for one of them, FOLLOW=1 to stay.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, readInstance } from "../instance/store.ts";
import { type Options, UsageError } from "./options.ts";

export function logs(options: Options, only: string | undefined, follow: boolean): Promise<number> {
  const dir = readInstance(projectRoot, options.name)?.logsDir;
  const files =
    dir && existsSync(dir)
      ? readdirSync(dir)
          .filter((file) => file.endsWith(".log"))
          .sort()
      : [];
  const wanted = only ? files.filter((file) => file === `${only}.log`) : files;
  if (!dir || wanted.length === 0) throw new UsageError(`no log${only ? ` of ${only}` : ""}; there are: ${files.join(" ") || "none"}`);
  const argv = [...(follow ? ["-F"] : []), "-n", only ? "200" : "20", ...wanted.map((file) => join(dir, file))];
  return new Promise((resolve) => {
    spawn("tail", argv, { stdio: "inherit" }).on("exit", (code) => resolve(code ?? 0));
  });
}
