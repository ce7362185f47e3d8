// A user who makes key pairs through the OpenStack API all the time, and remembers which of them were accepted.
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "./eventually.ts";

/** A token of a user on the project of the same name. */
export async function login(apiURL: string, name: string, password: string): Promise<string> {
  const domain = { name: "Default" };
  const identity = { methods: ["password"], password: { user: { name, domain, password } } };
  const body = JSON.stringify({ auth: { identity, scope: { project: { name, domain } } } });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${apiURL}/identity/v3/auth/tokens`, { method: "POST", headers, body });
  const token = answer.headers.get("x-subject-token");
  if (!token) throw new Error(`no token for ${name}: ${answer.status} ${await answer.text()}`);
  return token;
}

export class KeyPairWriter {
  readonly accepted: string[] = [];
  /** Statuses of what was not accepted; 0 where no answer came. */
  readonly refusals = new Set<number>();
  readonly key =
    `ssh-ed25519 ${Buffer.concat([Buffer.from("0000000b7373682d6564323535313900000020", "hex"), Buffer.alloc(32, 7)]).toString("base64")} test`;
  readonly #prefix: string;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  /** Two writers of one user need prefixes of their own. */
  constructor(apiURL: string, token: string, prefix = "written-") {
    this.#prefix = prefix;
    this.#url = `${apiURL}/compute/v2.1/os-keypairs`;
    this.#headers = { "x-auth-token": token, "content-type": "application/json" };
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Resolves when so many more were accepted. */
  async accepts(count: number, timeoutMs: number): Promise<void> {
    const goal = this.accepted.length + count;
    await eventually(() => {
      if (this.accepted.length < goal)
        throw new Error(`${this.accepted.length} of ${goal} accepted; refused with ${[...this.refusals].join(", ")}`);
    }, timeoutMs);
  }

  /** Status of a list. */
  async reads(): Promise<number> {
    const answer = await fetch(this.#url, { headers: this.#headers });
    await answer.text();
    return answer.status;
  }

  async #run(): Promise<void> {
    for (let index = 0; !this.#stop.signal.aborted; index += 1) {
      const name = `${this.#prefix}${index}`;
      const body = JSON.stringify({ keypair: { name, public_key: this.key } });
      const answer = await fetch(this.#url, { method: "POST", headers: this.#headers, body }).catch(() => undefined);
      await answer?.text();
      if (answer?.ok) this.accepted.push(name);
      else this.refusals.add(answer?.status ?? 0);
      await sleep(50);
    }
  }
}
