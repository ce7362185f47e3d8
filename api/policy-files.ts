// The policy files: ConfigMap `policy` of the system namespace, watched. What is wrong changes nothing, and is told in every way there is.
import { Gauge, type Registry } from "prom-client";
import { systemNamespace } from "../domain/id.ts";
import { ExpressionError } from "../domain/policy/expression.ts";
import { PolicyFileError, readPolicyFiles } from "../domain/policy/files.ts";
import { inSystem, type Right, right, rightOn } from "../domain/rights.ts";
import { PolicyFile } from "../models/identity/policy-file.ts";
import type { Caches, ConditionInput, KubeClient, Log } from "../operator/contract.ts";
import { same } from "../operator/controller/covers.ts";
import { desiredStatus, statusOf, wholeSeconds } from "../operator/controller/status.ts";
import type { EventRecorder } from "../operator/events.ts";
import { ConfigMap, Event } from "../operator/kube/core-kinds.ts";
import type { PolicyBook } from "./http/policy-book.ts";

const name = "policy";
const fieldManager = "kumulus-policy";

export const policyFileRights: readonly Right[] = [
  right(PolicyFile, "create", "patch"),
  rightOn(PolicyFile, "status", "patch"),
  inSystem(right(Event, "create", "patch")),
];

export function policyMetrics(registry: Registry): Gauge {
  const help = "1 while the policy files of ConfigMap policy hold, 0 while they have a mistake and older ones hold.";
  const gauge = new Gauge({ name: "kumulus_policy_files_valid", help, registers: [registry] });
  gauge.set(1);
  return gauge;
}

interface Options {
  caches: Caches;
  client: KubeClient;
  book: PolicyBook;
  events: EventRecorder;
  log: Log;
  valid: Pick<Gauge, "set">;
}

type Files = Readonly<Record<string, string>>;

export class PolicyFiles {
  readonly #options: Options;
  /** The files that hold; undefined until some have been read. */
  #holding: Files | undefined;
  #last: Promise<void> = Promise.resolve();
  /** Before, a file with a mistake would be taken for the first one, since the last good ones are not known yet. */
  #started = false;

  constructor(options: Options) {
    this.#options = options;
    const { caches } = options;
    caches.of(PolicyFile);
    caches.of(ConfigMap).onChange(({ object }) => {
      if (this.#started && object.metadata.name === name && object.metadata.namespace === systemNamespace) void this.#settle();
    });
  }

  /** Call it once the caches are in sync: what the ConfigMap says holds when it resolves, and from then on. Never rejects. */
  start(): Promise<void> {
    this.#started = true;
    return this.#settle();
  }

  #settle(): Promise<void> {
    const { log } = this.#options;
    this.#last = this.#last.then(() => this.#read()).catch((error: unknown) => log.error({ error }, "the policy files are not read"));
    return this.#last;
  }

  async #read(): Promise<void> {
    const { caches, log, events, valid } = this.#options;
    const map = caches.of(ConfigMap).get(name, systemNamespace);
    const told = caches.of(PolicyFile).get(name);
    if (!map && !told && !this.#holding) return;
    const problem = await this.#take(map?.data ?? {});
    valid.set(problem === undefined ? 1 : 0);
    if (problem === undefined) log.info({ files: Object.keys(this.#holding ?? {}) }, "the policy files hold");
    else {
      // A replica that starts with a mistake does what the others do.
      if (!this.#holding) await this.#take(told?.status?.files ?? {});
      log.warn({ problem }, "the policy files have a mistake; the rules stay as they were");
      if (map) events.record(map, "Warning", "InvalidPolicy", problem);
    }
    await this.#tell(problem).catch((error: unknown) => log.warn({ error }, "the state of the policy files is not written"));
  }

  /** Undefined when they hold now, else what is wrong. */
  async #take(files: Files): Promise<string | undefined> {
    const { book } = this.#options;
    const { parse } = await import("../operator/yaml.ts");
    try {
      book.take(readPolicyFiles(files, book.known, (text) => parse(text, { mapAsMap: true })));
      this.#holding = files;
      return undefined;
    } catch (error) {
      if (error instanceof PolicyFileError || error instanceof ExpressionError) return error.message;
      throw error;
    }
  }

  /** Every replica comes to the same status; the first one writes it. */
  async #tell(problem: string | undefined): Promise<void> {
    const { caches, client } = this.#options;
    const object: PolicyFile = {
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "PolicyFile",
      metadata: { name },
      spec: { configMapRef: { name } },
    };
    const known = caches.of(PolicyFile).get(name) ?? (await client.apply(PolicyFile, object, { fieldManager }));
    const condition: ConditionInput =
      problem === undefined
        ? { type: "Ready", status: "True", reason: "Applied", message: "The rules of the files hold." }
        : { type: "Ready", status: "False", reason: "Invalid", message: `${problem} The rules stay as they were.`.slice(0, 1024) };
    const status = desiredStatus(
      { files: this.#holding ?? {}, conditions: [condition] },
      statusOf(known),
      known.metadata.generation ?? 0,
      wholeSeconds(new Date()),
    );
    if (same(status, statusOf(known))) return;
    const { spec: _spec, ...bare } = object;
    const written = await client.apply(PolicyFile, { ...bare, status } as unknown as PolicyFile, { fieldManager, subresource: "status" });
    caches.of(PolicyFile).put(written);
  }
}
