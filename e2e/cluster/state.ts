// What `down` must know of a running cluster.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Identity } from "../../standalone/supervisor/definition.ts";
import type { Layout } from "./layout.ts";

export interface State {
  /** The kernel settings before kubelet changed them. */
  settings: Record<string, string>;
  /** The processes that hold the nodes' PID 1, the first node's first. */
  holders: Identity[];
}

export function writeState({ state }: Layout, content: State): void {
  writeFileSync(state, JSON.stringify(content));
}

export function readState({ state }: Layout): State | undefined {
  return existsSync(state) ? (JSON.parse(readFileSync(state, "utf8")) as State) : undefined;
}
