// The least of QMP that the guest image's test needs: one command, one answer. The product's client is clients/qmp.
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** Sends one QMP command to the socket and gives back its return value; throws what QEMU answers as an error. */
export async function qmp(socketPath: string, execute: string, args: object = {}): Promise<unknown> {
  const socket = connect(socketPath);
  try {
    for (const command of [{ execute: "qmp_capabilities" }, { execute, arguments: args }]) socket.write(`${JSON.stringify(command)}\n`);
    let answers = 0;
    for await (const line of createInterface({ input: socket })) {
      const message = JSON.parse(line) as { return?: unknown; error?: { desc: string } };
      if (message.error) throw new Error(`${execute}: ${message.error.desc}`);
      if ("return" in message && ++answers === 2) return message.return;
    }
    throw new Error(`${execute}: QEMU closed the connection`);
  } finally {
    socket.destroy();
  }
}
