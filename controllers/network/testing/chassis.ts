// For tests: a real chassis (ovs-vswitchd, ovn-controller) in a network namespace, an external bridge, and guests that are namespaces behind a veth.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startDatabaseServer, vswitchSchema } from "../../../clients/ovsdb/testing/database-server.ts";
import type { World } from "./world.ts";

const run = promisify(execFile);

export interface Guest {
  /** Runs a command inside; its output, or what it failed with. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Whether one of three pings is answered. */
  pings(address: string): Promise<boolean>;
  /** Asks for a lease and configures itself with it; the address, undefined when nobody answers. */
  dhcp(): Promise<string | undefined>;
}

export interface TestChassis extends Pick<Guest, "run" | "pings"> {
  /** Of the chassis and of its namespace. */
  readonly name: string;
  /** Its Open_vSwitch database. */
  readonly conf: string;
  /** A guest with this MAC, plugged into the logical port. */
  plug(logicalPort: string, mac: string): Promise<Guest>;
  /** Takes out the guest of this logical port, or the only one. */
  unplug(logicalPort?: string): Promise<void>;
  stop(): Promise<void>;
}

const leaseScript = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
[ -n "$mtu" ] && ip link set dev "$interface" mtu "$mtu"
# Who is given option 121 ignores the router option (RFC 3442).
[ -z "$staticroutes" ] && [ -n "$router" ] && ip route add default via "$router"
set -- $staticroutes
while [ $# -ge 2 ]; do ip route replace "$1" via "$2" dev "$interface"; shift 2; done
echo "lease $ip"
`;

function inside(namespace: string): Pick<Guest, "run" | "pings"> {
  const command = async (...args: string[]) => (await run("ip", ["netns", "exec", namespace, ...args])).stdout;
  return {
    run: command,
    async pings(address) {
      for (let i = 0; i < 3; i++) {
        const answered = await command("busybox", "ping", "-c", "1", "-W", "1", address).then(
          () => true,
          () => false,
        );
        if (answered) return true;
      }
      return false;
    },
  };
}

/** `external` is the address of the external bridge with its prefix length, such as 172.24.4.1/24. */
export async function startChassis(world: World, external: string): Promise<TestChassis> {
  const name = `kn-${process.pid}`;
  /** Device and namespace by logical port. */
  const guests = new Map<string, { device: string; namespace: string }>();
  const conf = await startDatabaseServer(vswitchSchema);
  const { directory } = conf;
  const env = { PATH: process.env.PATH, OVS_RUNDIR: directory, OVN_RUNDIR: directory, OVS_LOGDIR: directory, OVN_LOGDIR: directory };
  const children: ChildProcess[] = [];
  const vsctl = (...args: string[]) => run("ovs-vsctl", [`--db=${conf.remote}`, ...args], { env });
  const start = (command: string, ...args: string[]) => {
    const files = [`--pidfile=${join(directory, `${command}.pid`)}`, `--log-file=${join(directory, `${command}.log`)}`];
    const options = ["-vconsole:off", "-vsyslog:off", "--no-chdir", ...files];
    children.push(
      spawn("ip", ["netns", "exec", name, command, conf.remote, ...options, ...args], { env, stdio: "ignore", cwd: directory }),
    );
  };

  await run("ip", ["netns", "add", name]);
  await run("ip", ["-n", name, "link", "set", "lo", "up"]);
  await vsctl("--no-wait", "init");
  const ids = {
    "system-id": name,
    hostname: `${name}.example`,
    "ovn-remote": world.southbound.remote,
    "ovn-encap-type": "geneve",
    "ovn-encap-ip": "127.0.0.1",
    "ovn-bridge-datapath-type": "netdev",
    "ovn-bridge-mappings": "physnet1:br-ex",
    "ovn-cms-options": "enable-chassis-as-gw",
  };
  await vsctl("--no-wait", "set", "Open_vSwitch", ".", ...Object.entries(ids).map(([key, value]) => `external_ids:${key}="${value}"`));
  start("ovs-vswitchd", "--disable-system", `--unixctl=${join(directory, "vswitchd.ctl")}`);
  await vsctl("--timeout=20", "add-br", "br-ex", "--", "set", "Bridge", "br-ex", "datapath_type=netdev");
  start("ovn-controller");
  await run("ip", ["-n", name, "addr", "add", external, "dev", "br-ex"]);
  await run("ip", ["-n", name, "link", "set", "br-ex", "up"]);
  const script = join(directory, "lease.sh");
  await writeFile(script, leaseScript, { mode: 0o755 });

  return {
    ...inside(name),
    name,
    conf: conf.remote,
    async plug(logicalPort, mac) {
      const [device, namespace] = [`vg${guests.size}`, `kg-${process.pid}-${guests.size}`];
      guests.set(logicalPort, { device, namespace });
      await run("ip", ["netns", "add", namespace]);
      await run("ip", ["link", "add", device, "netns", name, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
      const guest = inside(namespace);
      for (const link of [
        ["lo", "up"],
        ["eth0", "address", mac],
        ["eth0", "up"],
      ])
        await guest.run("ip", "link", "set", ...link);
      // Without a NIC nobody finishes checksums that the sender leaves undone.
      await guest.run("ethtool", "-K", "eth0", "tx", "off");
      await run("ip", ["-n", name, "link", "set", device, "up"]);
      const port = ["add-port", "br-int", device, "--", "set", "Interface", device, `external_ids:iface-id=${logicalPort}`];
      await vsctl("--timeout=20", ...port);
      return {
        ...guest,
        async dhcp() {
          const client = [
            "busybox",
            "udhcpc",
            "-i",
            "eth0",
            "-n",
            "-q",
            "-f",
            "-t",
            "5",
            "-T",
            "1",
            "-O",
            "mtu",
            "-O",
            "staticroutes",
            "-s",
            script,
          ];
          const output = await guest.run(...(client as [string, ...string[]])).catch(() => "");
          return /lease (\S+)/.exec(output)?.[1];
        },
      };
    },
    async unplug(logicalPort = [...guests.keys()][0] ?? "") {
      const { device = "", namespace = "" } = guests.get(logicalPort) ?? {};
      await vsctl("--timeout=20", "del-port", "br-int", device);
      await run("ip", ["netns", "del", namespace]);
    },
    async stop() {
      const ended = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(ended);
      for (const namespace of [...[...guests.values()].map((guest) => guest.namespace), name])
        await run("ip", ["netns", "del", namespace]).catch(() => undefined);
      await conf.stop();
    },
  };
}
