// A listening socket in another network namespace: a short-lived child enters it, opens the socket and hands it over. A socket stays where it was made.
import { spawn } from "node:child_process";
import type { Server } from "node:net";
import { KumulusError } from "../../domain/errors.ts";

const timeoutMs = 20_000;

/** Needs nothing but Node.js: the child lives for some milliseconds, and bundles have no file of it. */
const child = `
const [address, port] = process.argv.slice(1);
const server = require("node:net").createServer();
server.listen(Number(port), address, () => process.send("listening", server, () => process.exit(0)));
server.on("error", (error) => { console.error(error.message); process.exit(1); });
`;

/** Rejects with Unavailable when the namespace can not be entered or the address is taken. */
export function listenIn(namespacePath: string, address: string, port: number): Promise<Server> {
  const argv = [`--net=${namespacePath}`, process.execPath, "--eval", child, address, String(port)];
  const started = spawn("nsenter", argv, { stdio: ["ignore", "ignore", "pipe", "ipc"], timeout: timeoutMs, killSignal: "SIGKILL" });
  return new Promise((resolve, reject) => {
    let words = "";
    const fail = (why: string) => reject(new KumulusError("Unavailable", `no socket on ${address}:${port} in ${namespacePath}: ${why}`));
    started.stderr?.on("data", (chunk: Buffer) => {
      words += chunk.toString();
    });
    started.once("message", (_message, handle) => resolve(handle as Server));
    started.once("error", (error) => fail(error.message));
    // After a message it is too late to reject, which then does nothing.
    started.once("close", (code) => fail(words.trim() || `the child ended with ${code}`));
  });
}
