// The supervisor's unix socket: one JSON request a line, one JSON reply a line.
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Reply, Request } from "./definition.ts";
import type { Supervisor } from "./supervisor.ts";

async function answer(supervisor: Supervisor, request: Request): Promise<Reply> {
  if (request.op === "ensure") await supervisor.ensure(request.definition);
  if (request.op === "leave") supervisor.leave();
  return { ok: true, pid: process.pid, processes: request.op === "status" ? supervisor.report() : undefined };
}

async function serve(supervisor: Supervisor, connection: Socket, left: () => void): Promise<void> {
  connection.on("error", () => connection.destroy());
  for await (const line of createInterface({ input: connection })) {
    const request = JSON.parse(line) as Request;
    const reply = await answer(supervisor, request).catch(
      (error: unknown): Reply => ({ ok: false, error: String((error as Error).message ?? error) }),
    );
    connection.write(`${JSON.stringify(reply)}\n`, () => request.op === "leave" && left());
  }
}

/** Listens on `path`; `left` is called after a request to leave was answered. */
export function listenForControl(supervisor: Supervisor, path: string, left: () => void): Server {
  rmSync(path, { force: true });
  const server = createServer((connection) => void serve(supervisor, connection, left).catch(() => connection.destroy()));
  return server.listen(path);
}
