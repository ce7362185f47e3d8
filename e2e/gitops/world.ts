// What the stories run in: a cloud with simulated guests, Argo CD beside it, and a git repository. Its end leaves nothing.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildEngine, enginePath } from "../../hack/engines.ts";
import { installPackages, missingPackages } from "../../hack/setup/apt.ts";
import { gitopsPackages } from "../../hack/setup/packages.ts";
import { type ApiClient, kubeClient } from "../../operator/kube/client.ts";
import { type Connection, connect } from "../../operator/kube/connection.ts";
import { down, instance, root, run, up } from "../cloud.ts";
import { installArgo, startArgo } from "./argocd.ts";
import { Programs } from "./program.ts";
import { Repository } from "./repository.ts";

const say = (line: string) => console.log(`    ${line}`);

async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await work();
  say(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

function prepareMachine(): void {
  const missing = missingPackages(gitopsPackages);
  if (missing.length > 0) say(`installing ${missing.join(" ")} …`);
  if (missing.length > 0) installPackages(missing);
  buildEngine("argocd", say);
}

interface Parts {
  connection: Connection;
  client: ApiClient;
  repository: Repository;
}

export class World {
  readonly directory = mkdtempSync(join(tmpdir(), "kumulus-gitops-"));
  readonly programs = new Programs(this.directory);
  readonly #kubeconfig = join(root, ".kumulus", instance, "kubeconfig");
  #parts: Parts | undefined;

  get #started(): Parts {
    if (!this.#parts) throw new Error("the cloud has not been started");
    return this.#parts;
  }
  get client(): ApiClient {
    return this.#started.client;
  }
  get repository(): Repository {
    return this.#started.repository;
  }

  async start(): Promise<void> {
    await timed("Redis and Argo CD on this machine", prepareMachine);
    await timed("the cloud", () => up("HYPERVISOR=simulated"));
    const connection = connect(this.#kubeconfig);
    this.#parts = { connection, client: kubeClient(connection), repository: new Repository(this.directory) };
    await timed("Argo CD's kinds and settings", () => installArgo(this.client));
    await timed("Argo CD", () => startArgo(this.programs, this.directory, this.#kubeconfig));
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    await this.programs.stopAll();
    await this.#parts?.connection.close();
    this.#parts = undefined;
    await down();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Rejects with what it printed when it fails. */
  async kubectl(line: string, input = ""): Promise<string> {
    const env = { KUBECONFIG: this.#kubeconfig, KUBECTL: enginePath("kubectl") };
    const ran = await run(`"$KUBECTL" ${line}`, { input, env });
    if (ran.code !== 0) throw new Error(`kubectl ${line} exited ${ran.code}\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }
}
