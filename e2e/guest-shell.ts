// One ssh session into a guest, from inside the cloud's namespace, and a ping beside it: what a fault elsewhere must not end.
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { instance } from "./cloud.ts";
import { Session } from "./session.ts";

const options = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "ConnectTimeout=5",
  "ServerAliveInterval=20",
  "BatchMode=yes",
].map((option) => `-o ${option}`);

/** The command that logs in as the image's user. */
export const ssh = (address: string, key: string) =>
  `ip netns exec kumulus-${instance} ssh ${options.join(" ")} -i ${key} debian@${address}`;

/** Runs one line in a login of its own; resolves with its output. */
export async function inGuest(address: string, key: string, line: string): Promise<string> {
  const session = new Session();
  try {
    const { code, output } = await session.run(`${ssh(address, key)} '${line}'`, 30_000);
    assert.equal(code, 0, output);
    return output;
  } finally {
    session.close();
  }
}

/** A login that stays for the whole story. */
export class GuestShell {
  private readonly process: ChildProcessWithoutNullStreams;
  private output = "";

  constructor(address: string, key: string) {
    const [program = "", ...rest] = `${ssh(address, key)} sh`.split(" ");
    this.process = spawn(program, rest, { stdio: "pipe" });
    this.process.stdout.on("data", (part: Buffer) => {
      this.output += part;
    });
    this.process.stdin.on("error", () => undefined);
  }

  /** Resolves when the same login still answers. */
  async answers(timeoutMs: number): Promise<void> {
    const word = `here-${process.hrtime.bigint()}`;
    this.process.stdin.write(`echo ${word}\n`);
    for (const end = Date.now() + timeoutMs; !this.output.includes(word); ) {
      assert.equal(this.process.exitCode, null, "the ssh session ended");
      assert.ok(Date.now() < end, `the ssh session gave no answer within ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.output = "";
  }

  close(): void {
    this.process.stdin.end();
    this.process.kill();
  }
}

/** A ping ten times a second; knows the longest silence. */
export class Pinger {
  private readonly process: ChildProcessWithoutNullStreams;
  private last = Date.now();
  private longest = 0;

  constructor(address: string) {
    const argv = ["netns", "exec", `kumulus-${instance}`, "ping", "-n", "-i", "0.1", address];
    this.process = spawn("ip", argv, { stdio: "pipe" });
    this.process.stdout.on("data", (part: Buffer) => {
      if (part.includes("bytes from")) this.mark();
    });
  }

  private mark(): void {
    this.longest = Math.max(this.longest, Date.now() - this.last);
    this.last = Date.now();
  }

  /** Longest time without an answer since the last call, in ms. */
  silenceMs(): number {
    const longest = Math.max(this.longest, Date.now() - this.last);
    this.longest = 0;
    return longest;
  }

  close(): void {
    this.process.kill();
  }
}
