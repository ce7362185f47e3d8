// Kumulus' own roles as processes: `kumulus operator|webhook|api|node --instance-config <file>`. Pure.
import { join } from "node:path";
import type { InstanceConfig, KubeUser } from "../instance.ts";
import type { ProcessDefinition } from "../supervisor/definition.ts";

export const roles = ["webhook", "operator", "api", "node"] as const;
export type Role = (typeof roles)[number];

export interface RoleProgram {
  /** The project's Node.js. */
  node: string;
  /** The bundle, or main.ts where somebody works on it. */
  main: string;
  version: string;
}

/** V8's limits: the old space of a role that caches the whole cloud, and a young space as large as its traffic needs. */
const heap: Record<Role, { oldMiB: number; semiMiB: number }> = {
  operator: { oldMiB: 512, semiMiB: 8 },
  api: { oldMiB: 512, semiMiB: 8 },
  webhook: { oldMiB: 256, semiMiB: 2 },
  node: { oldMiB: 256, semiMiB: 8 },
};

/** glibc would give each thread an arena of its own and never take the memory back. */
const allocator = { MALLOC_ARENA_MAX: "1" };

/** Number of the listening socket that the API role inherits: the port of the APIs inside the namespace. */
export const inheritedSocket = 3;

/**
 * Opens a listening socket on every address of the namespace, goes back to where the supervisor (the parent) is, and becomes the program. A socket
 * belongs to the namespace that it was made in, so one process serves both: no forwarder, no copying, and the client's own address in the log.
 */
const listenScript = `
use Socket;
my ($port, @program) = @ARGV;
$^F = ${inheritedSocket};
socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
fileno($s) == ${inheritedSocket} or die "descriptor " . fileno($s);
setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1) or die "setsockopt: $!";
bind($s, sockaddr_in($port, INADDR_ANY)) or die "bind: $!";
listen($s, 1024) or die "listen: $!";
exec "nsenter", "--net=/proc/" . getppid() . "/ns/net", @program;
`.trim();

const healthURL = ({ ports }: InstanceConfig, role: Role) => {
  const port = { api: ports.api, operator: ports.operatorHealth, webhook: ports.webhookHealth, node: ports.nodeHealth }[role];
  return `http://127.0.0.1:${port}/${role === "api" ? "healthz" : "readyz"}`;
};

function roleArguments(config: InstanceConfig, role: Role, { node, main }: RoleProgram): string[] {
  const { oldMiB, semiMiB } = heap[role];
  const v8 = [`--max-old-space-size=${oldMiB}`, `--max-semi-space-size=${semiMiB}`];
  const program = [node, ...v8, main, role, "--instance-config", join(config.stateDir, "instance.json")];
  if (role !== "api") return program;
  const listen = ["perl", "-e", listenScript, String(config.ports.api)];
  return ["nsenter", `--net=${config.network.namespacePath}`, ...listen, ...program, "--listen-fd", String(inheritedSocket)];
}

export function role(config: InstanceConfig, name: Role, program: RoleProgram, logLevel: string): ProcessDefinition {
  return {
    name,
    argv: roleArguments(config, name, program),
    env: {
      ...allocator,
      ...config.ovn.environment,
      KUBECONFIG: config.kubeconfigs[name satisfies KubeUser],
      KUMULUS_LOG_LEVEL: logLevel,
      NODE_ENV: "production",
    },
    probe: { kind: "http", url: healthURL(config, name) },
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 10_000,
    version: program.version,
  };
}
