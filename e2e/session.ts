// One bash that lives for a whole story, so that variables set by one line are there for the next.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { root } from "./cloud.ts";

export interface Answer {
  code: number;
  output: string;
}

export class Session {
  private readonly shell: ChildProcessWithoutNullStreams;
  private output = "";
  private heard: () => void = () => {};

  /** `enter` is what the shell is started through, such as nsenter with its arguments. */
  constructor(enter: readonly string[] = []) {
    const [program = "bash", ...argv] = [...enter, "bash", "--norc"];
    this.shell = spawn(program, argv, { cwd: root, stdio: "pipe" });
    this.shell.stdout.on("data", (part: Buffer) => {
      this.output += part;
      this.heard();
    });
    this.shell.once("exit", () => this.heard());
    this.shell.stdin.write("exec 2>&1\n");
  }

  /** Runs one line; resolves with its exit code and all that it printed. */
  async run(line: string, timeoutMs = 180_000): Promise<Answer> {
    const mark = `end-${randomUUID()}`;
    this.output = "";
    // Without an input of its own a program such as ssh would eat the lines that follow.
    this.shell.stdin.write(`{ ${line}\n} </dev/null\ncode=$?; echo; echo "${mark} $code"\n`);
    const end = new RegExp(`\\n?${mark} (\\d+)\\n`);
    const deadline = setTimeout(() => this.shell.kill("SIGKILL"), timeoutMs);
    try {
      for (;;) {
        const found = end.exec(this.output);
        if (found) return { code: Number(found[1]), output: this.output.slice(0, found.index).trimEnd() };
        if (this.shell.exitCode !== null || this.shell.signalCode !== null)
          throw new Error(`\`${line}\` did not end within ${timeoutMs} ms:\n${this.output}`);
        await new Promise<void>((resolve) => {
          this.heard = resolve;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  close(): void {
    this.shell.stdin.end();
  }
}
