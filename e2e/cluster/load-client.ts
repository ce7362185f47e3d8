// Asks for one URL until its standard input ends, then prints what came of it as JSON: see load.ts.
import { Agent, get } from "node:http";

const [url = ""] = process.argv.slice(2);
const headers = { "x-auth-token": process.env.TOKEN ?? "" };
const failed: string[] = [];
let answered = 0;
let ending = false;
process.stdin.resume().once("end", () => {
  ending = true;
});

/** Resolves with the status once the whole body has come. */
const ask = (agent: Agent) =>
  new Promise<number>((resolve, reject) => {
    const request = get(url, { agent, headers, timeout: 10_000 }, (response) => {
      response.once("error", reject);
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    request.once("timeout", () => request.destroy(new Error("no answer within 10 s")));
    request.once("error", reject);
  });

async function client(agent: Agent, pauseMs: number): Promise<void> {
  while (!ending) {
    try {
      const status = await ask(agent);
      if (status === 200) answered++;
      else failed.push(`status ${status}`);
    } catch (error) {
      failed.push(`${new Date().toISOString()} ${(error as Error).message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

const keeping = new Agent({ keepAlive: true });
const fresh = new Agent({ keepAlive: false });
await Promise.all([client(keeping, 5), client(keeping, 10), client(keeping, 20), client(fresh, 10), client(fresh, 20)]);
console.log(JSON.stringify({ answered, failed }));
process.exit(0);
