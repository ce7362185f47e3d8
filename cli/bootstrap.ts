// `kumulus bootstrap`: fills a new cloud on a cluster with users, flavors and networks. The chart's Job runs it.
import { parseArgs } from "node:util";
import { bootstrap } from "../bootstrap/run.ts";
import { readBootstrapSettings } from "../bootstrap/settings.ts";
import { createLog } from "../operator/log.ts";
import { type Command, clusterOf } from "./command.ts";

const help = `kumulus bootstrap --config FILE [--kubeconfig FILE]

Makes what every new cloud has: domain, projects, users, roles, flavors, a volume type and the external network. A cloud that was
filled before stays as it is.

Options:
  --config FILE      what to make, in YAML: docs/install.md
  --kubeconfig FILE  the cluster; else $KUBECONFIG, the pod's service account, ~/.kube/config
  --help             this text`;

const text = { type: "string" } as const;
const options = { config: text, kubeconfig: text, help: { type: "boolean" } } as const;

export const bootstrapCommand: Command = async (argv, { print }) => {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    print(help);
    return 0;
  }
  const { config, kubeconfig } = values;
  if (config === undefined) throw new TypeError(`--config is missing\n\n${help}`);
  const settings = await readBootstrapSettings(config);
  const client = clusterOf(kubeconfig === undefined ? {} : { kubeconfig }, undefined);
  try {
    await bootstrap(client, settings, createLog({ name: "bootstrap" }));
    return 0;
  } finally {
    await client.connection.close();
  }
};
