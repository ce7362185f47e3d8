// Steady requests from the node's network, as clients make them: some keep their connection, some make a new one each time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeNetwork } from "./chart.ts";
import type { Layout } from "./layout.ts";

export interface Target {
  url: string;
  token: string;
}

export interface Hammered {
  answered: number;
  /** A line for each request that got no good answer. */
  failed: string[];
}

/** Begins at once, in a process of its own; `stop` resolves with what happened. */
export function hammer(layout: Layout, target: Target): { stop(): Promise<Hammered> } {
  const [program = "", ...argv] = [...nodeNetwork(layout), process.execPath, join(import.meta.dirname, "load-client.ts"), target.url];
  const child = spawn(program, argv, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, TOKEN: target.token } });
  let output = "";
  child.stdout.on("data", (part: Buffer) => {
    output += part;
  });
  return {
    async stop() {
      const ended = once(child, "close");
      child.stdin.end();
      await ended;
      return JSON.parse(output) as Hammered;
    },
  };
}
