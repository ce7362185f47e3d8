// The settings of one machine's roles, from its instance.json. Pure.
import type { Settings } from "../operator/settings.ts";
import type { InstanceConfig } from "./instance.ts";
import type { NodeOptions } from "./node/options.ts";

export function roleSettings(config: InstanceConfig, role: "operator" | "api" | "webhook"): Settings {
  const { ports, ovn } = config;
  const health = { operator: ports.operatorHealth, webhook: ports.webhookHealth, api: ports.api };
  return {
    kubeconfig: config.kubeconfigs[role],
    region: config.region,
    apiURL: config.apiURL,
    host: "127.0.0.1",
    ports: { api: ports.api, webhook: ports.webhook, health: health[role] },
    ovn: { northbound: [ovn.northbound], southbound: [ovn.southbound] },
    images: { directory: config.imagesDir },
    // The supervisor runs one operator of an instance: a new one has the old one's name and need not wait for its lease to end.
    identity: config.network.namespace,
  };
}

/** Of the metadata service, which the node agent's process runs beside the guests. */
export function metadataSettings({ kubeconfigs, network, ovn, apiURL }: InstanceConfig) {
  return {
    kubeconfig: kubeconfigs.node,
    apiURL,
    southbound: { remotes: [ovn.southbound] },
    confDatabase: ovn.conf,
    dataPlane: network.namespace,
    prefix: network.metadataPrefix,
  };
}

export function nodeSettings(config: InstanceConfig): Omit<NodeOptions, "log" | "signal"> {
  const { kubeconfigs, network, ports, ovn, hypervisor, runDir, disksDir, stoppedGuestsFile } = config;
  return {
    kubeconfig: kubeconfigs.node,
    nodeName: network.chassis,
    hypervisor,
    netns: network.namespace,
    runDir,
    disksDir,
    confDatabase: ovn.conf,
    ports: { api: ports.nodeApi, kubelet: ports.nodeKubelet, health: ports.nodeHealth },
    stoppedGuestsFile,
  };
}
