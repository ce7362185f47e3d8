// Argo CD's Application as the test reads and writes it.
import { setTimeout as sleep } from "node:timers/promises";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";

export interface ResourceStatus {
  group?: string;
  kind: string;
  namespace?: string;
  name: string;
  status?: "Synced" | "OutOfSync" | "Unknown";
  syncWave?: number;
  health?: { status: string; message?: string };
}

interface ResourceResult {
  kind: string;
  name: string;
  status?: string;
  message?: string;
  syncPhase?: string;
}

export interface Application extends KubeObject {
  spec: object;
  operation?: object;
  status?: {
    reconciledAt?: string;
    sync?: { status: string; revision?: string };
    health?: { status: string };
    resources?: ResourceStatus[];
    conditions?: { type: string; message: string }[];
    operationState?: {
      phase: string;
      message?: string;
      startedAt: string;
      finishedAt?: string;
      syncResult?: { revision: string; resources?: ResourceResult[] };
    };
  };
}

export const Application: Kind<Application> = {
  group: "argoproj.io",
  version: "v1alpha1",
  kind: "Application",
  plural: "applications",
  namespaced: true,
};

export const argoNamespace = "argocd";

/** What is to be read when a wait was in vain. */
function summary({ status = {} }: Application): string {
  const { sync, health, conditions = [], operationState, resources = [] } = status;
  const bad = resources.filter((one) => one.status !== "Synced" || (one.health && one.health.status !== "Healthy"));
  const failed = operationState?.syncResult?.resources?.filter((one) => one.status !== "Synced" && one.status !== "Pruned") ?? [];
  return JSON.stringify(
    { sync, health, conditions, operation: operationState?.phase, why: operationState?.message, bad, failed },
    undefined,
    1,
  );
}

export class App {
  readonly #client: KubeClient;
  readonly #key: { name: string; namespace: string };

  constructor(client: KubeClient, name: string) {
    this.#client = client;
    this.#key = { name, namespace: argoNamespace };
  }

  get(): Promise<Application> {
    return this.#client.get(Application, this.#key);
  }

  /** A look at git and at the cluster, as of now. */
  async refresh(): Promise<void> {
    await this.#client.patch(Application, this.#key, { metadata: { annotations: { "argocd.argoproj.io/refresh": "hard" } } });
    await this.until("the refresh", ({ metadata }) => metadata.annotations?.["argocd.argoproj.io/refresh"] === undefined);
  }

  /** Like `argocd app sync`; resolves when the operation is over. */
  async sync(syncOptions: readonly string[] = []): Promise<Application> {
    const before = (await this.get()).status?.operationState?.startedAt;
    const operation = { initiatedBy: { username: "e2e" }, sync: { prune: true, syncOptions } };
    await this.#client.patch(Application, this.#key, { operation });
    return this.until("the sync operation's end", ({ status, operation: left }) => {
      const state = status?.operationState;
      return left === undefined && state?.startedAt !== before && state?.finishedAt !== undefined;
    });
  }

  async until(what: string, holds: (app: Application) => boolean, timeoutMs = 120_000): Promise<Application> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const app = await this.get();
      if (holds(app)) return app;
      if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}\n${summary(app)}`);
      await sleep(200);
    }
  }

  /** Resolves when it is in step with `revision` and well, and its operation is over. */
  settled(revision: string, timeoutMs?: number): Promise<Application> {
    const isSettled = ({ status }: Application) =>
      status?.sync?.status === "Synced" &&
      status.sync.revision === revision &&
      status.health?.status === "Healthy" &&
      status.operationState?.phase === "Succeeded";
    return this.until(`Synced and Healthy at ${revision.slice(0, 8)}`, isSettled, timeoutMs);
  }
}

export const healthOf = ({ status }: Application, kind: string, name: string): { status: string; message?: string } | undefined =>
  status?.resources?.find((one) => one.kind === kind && one.name === name)?.health;
