// What every command of the command line shares: its options, where its settings come from, and the cluster that it talks to.
import { type ApiClient, kubeClient } from "../operator/kube/client.ts";
import { connect } from "../operator/kube/connection.ts";
import type { Settings } from "../operator/settings.ts";

/** Options that name files; `--instance-config` is what `make up` wrote. */
export interface Files {
  kubeconfig?: string;
  config?: string;
  "instance-config"?: string;
}

/** What a command gets from the composition root. */
export interface Surroundings {
  /** The settings in a file that was named; undefined when none was. */
  readSettings(files: Files): Promise<Settings | undefined>;
  print(text: string): void;
  complain(text: string): void;
}

/** Gets the arguments after its name and resolves with the exit code. Throws TypeError for wrong ones. */
export type Command = (argv: readonly string[], surroundings: Surroundings) => Promise<number>;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** For parseArgs. */
export const commonOptions = { kubeconfig: text, config: text, "instance-config": text, help: flag } as const;

export const commonHelp = `  --kubeconfig FILE       the cluster; else the settings' kubeconfig, $KUBECONFIG, the pod's service account, ~/.kube/config
  --config FILE           the roles' settings: where OVN is
  --instance-config FILE  the same of a one-machine cloud: .kumulus/<instance>/instance.json
  --help                  this text`;

/** The cluster that was named, in the order in which people expect it. Throws TypeError when there is none to be found. */
export function clusterOf(files: Files, settings: Settings | undefined): ApiClient {
  const path = files.kubeconfig ?? settings?.kubeconfig ?? (process.env.KUBECONFIG || undefined);
  try {
    return kubeClient(path === undefined ? connect() : connect(path), { fieldManager: "kumulus-cli" });
  } catch (error) {
    throw new TypeError(`no cluster: ${(error as Error).message}; name one with --kubeconfig FILE`);
  }
}
