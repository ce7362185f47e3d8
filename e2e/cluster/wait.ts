// Waiting with an end: says what it waited for, and shows the logs' last lines when that did not come.
import { globSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Layout } from "./layout.ts";

const shownLines = 12;

/** The last lines of the logs, the most lately written first. */
export function lastLines({ logs }: Layout, only = "*"): string {
  const files = globSync(join(logs, `${only}.log`)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return files
    .map((file) => `--- ${basename(file)}\n${readFileSync(file, "utf8").trimEnd().split("\n").slice(-shownLines).join("\n")}`)
    .join("\n");
}

/** Repeats `check` until it holds. An error that it throws counts as "not yet" and is shown at the end. */
export async function until(
  what: string,
  layout: Layout,
  timeoutMs: number,
  check: () => boolean | Promise<boolean>,
  log = "*",
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = "";
  for (;;) {
    try {
      if (await check()) return;
    } catch (error) {
      last = `${(error as Error).message}\n`;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}\n${last}${lastLines(layout, log)}`);
    await sleep(50);
  }
}
