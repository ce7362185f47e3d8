// The six processes of OVS and OVN, inside the instance's network namespace. Pure.
import { join } from "node:path";
import type { InstanceConfig } from "../instance.ts";
import type { ProcessDefinition } from "../supervisor/definition.ts";

/** Runs in the namespace and stays in its place: nsenter becomes the program, so the pid is the program's. */
export const inNamespace = (config: InstanceConfig, argv: readonly string[]) => [
  "nsenter",
  `--net=${config.network.namespacePath}`,
  ...argv,
];

const socketPath = (target: string) => target.replace(/^unix:/, "");

/** What all OVS daemons share: in the foreground, one log file, no syslog. Not `--monitor`: that would be a second supervisor. */
function common(config: InstanceConfig, name: string): string[] {
  return [
    "-vconsole:off",
    "-vsyslog:off",
    "-vfile:info",
    "--no-chdir",
    `--pidfile=${config.runDir}/${name}.pid`,
    `--log-file=${config.logsDir}/${name}.log`,
  ];
}

const control = (config: InstanceConfig, name: string) => `--unixctl=${config.runDir}/${name}.ctl`;

function daemon(config: InstanceConfig, name: string, argv: readonly string[], probe: ProcessDefinition["probe"]): ProcessDefinition {
  return { name, argv: inNamespace(config, argv), env: config.ovn.environment, probe, readyTimeoutMs: 15_000, stopTimeoutMs: 5000 };
}

function database(config: InstanceConfig, name: string, target: string, file: string): ProcessDefinition {
  const argv = ["ovsdb-server", ...common(config, name), control(config, name), `--remote=p${target}`, join(config.ovn.databases, file)];
  return daemon(config, name, argv, { kind: "socket", path: socketPath(target) });
}

/** vswitchd's main loop stands still while this database is away, and all traffic with it. */
export const ovsConf = (config: InstanceConfig): ProcessDefinition => ({
  ...database(config, "ovsdb-conf", config.ovn.conf, "conf.db"),
  urgent: true,
});
export const ovnNorthbound = (config: InstanceConfig) => database(config, "ovsdb-nb", config.ovn.northbound, "nb.db");
export const ovnSouthbound = (config: InstanceConfig) => database(config, "ovsdb-sb", config.ovn.southbound, "sb.db");

export function ovsVswitchd(config: InstanceConfig): ProcessDefinition {
  const name = "ovs-vswitchd";
  // Without --disable-system it probes the kernel's datapath, which is shared by all namespaces of its module.
  const argv = ["ovs-vswitchd", ...common(config, name), control(config, name), "--disable-system", config.ovn.conf];
  return { ...daemon(config, name, argv, { kind: "socket", path: `${config.runDir}/${name}.ctl` }), urgent: true };
}

export function ovnNorthd(config: InstanceConfig): ProcessDefinition {
  const name = "ovn-northd";
  const databases = [`--ovnnb-db=${config.ovn.northbound}`, `--ovnsb-db=${config.ovn.southbound}`];
  const argv = ["ovn-northd", ...common(config, name), control(config, name), ...databases];
  return daemon(config, name, argv, { kind: "socket", path: `${config.runDir}/${name}.ctl` });
}

/** ovn-controller 23.03 knows no --unixctl: its socket is `ovn-controller.<pid>.ctl`, found through its pid file. */
export function ovnController(config: InstanceConfig): ProcessDefinition {
  const name = "ovn-controller";
  const call = (command: string) => ["ovn-appctl", "-T", "2", "-t", name, command];
  const status = ["sh", "-c", `test "$(ovn-appctl -T 2 -t ${name} connection-status)" = connected`];
  return {
    ...daemon(config, name, ["ovn-controller", ...common(config, name), config.ovn.conf], { kind: "command", argv: status }),
    // `--restart` keeps the chassis and its port bindings, so that a planned stop cuts no traffic.
    stopCommand: [...call("exit"), "--restart"],
  };
}
