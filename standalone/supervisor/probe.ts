// One readiness probe, tried once.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { connect } from "node:net";
import type { Probe } from "./definition.ts";

const timeoutMs = 3000;

function http(url: string, files: { ca?: string; cert?: string; key?: string }): Promise<boolean> {
  const tls = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, readFileSync(path)]));
  return new Promise((resolve) => {
    const get = url.startsWith("https:") ? httpsGet : httpGet;
    const request = get(url, { timeout: timeoutMs, agent: false, ...tls }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

function socket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path);
    connection.setTimeout(timeoutMs, () => connection.destroy());
    connection.on("connect", () => {
      resolve(true);
      connection.destroy();
    });
    connection.on("error", () => resolve(false));
    connection.on("close", () => resolve(false));
  });
}

function command(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<boolean> {
  const [program = "", ...rest] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: "ignore", timeout: timeoutMs, env: { ...process.env, ...env } });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

/** True when the process answers. Never rejects; takes 3 s at most. */
export async function probeOnce(probe: Probe, env: Readonly<Record<string, string>> = {}): Promise<boolean> {
  try {
    if (probe.kind === "http") {
      const { kind, url, ...files } = probe;
      return await http(url, files);
    }
    if (probe.kind === "socket") return await socket(probe.path);
    return await command(probe.argv, env);
  } catch {
    return false; // a CA file that is not there yet
  }
}
