// A guest for the image's test: QEMU under TCG with a config drive, user-mode network and an ssh key of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../run.ts";
import { qmp } from "./qmp-line.ts";

export interface Metadata {
  hostname: string;
  userData?: string;
  networkData?: object;
}

export interface GuestOptions {
  image: string;
  /** Files below openstack/latest of the config drive; none: no drive. */
  drive?: Metadata & { format?: "iso9660" | "vfat" };
  /** Metadata that 169.254.169.254 answers with, when there is no drive. */
  service?: Metadata;
  rootBus?: "virtio" | "scsi";
  /** The address that ssh is forwarded to, where it is not the one from DHCP. */
  address?: string;
}

export interface Guest {
  folder: string;
  process: ChildProcess;
  /** Output of a command in the guest; undefined where ssh did not answer or the command failed. */
  ssh(command: string): string | undefined;
  /** Repeats the command until its output satisfies the test. Throws after `timeoutMs` with the console. */
  until(command: string, good: (output: string) => boolean, timeoutMs?: number): Promise<string>;
  console(): string;
  qmp(execute: string, args?: object): Promise<unknown>;
  end(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Writes the files of openstack/latest below the folder. */
function writeMetadata(folder: string, key: string, { hostname, userData, networkData }: Metadata): void {
  const latest = join(folder, "openstack/latest");
  mkdirSync(latest, { recursive: true });
  const metadata = { uuid: crypto.randomUUID(), hostname: `${hostname}.novalocal`, name: hostname, public_keys: { k: `${key}\n` } };
  writeFileSync(join(latest, "meta_data.json"), JSON.stringify(metadata));
  if (userData) writeFileSync(join(latest, "user_data"), userData);
  if (networkData) writeFileSync(join(latest, "network_data.json"), JSON.stringify(networkData));
}

function makeDrive(folder: string, format: "iso9660" | "vfat"): string[] {
  const image = join(folder, "drive.img");
  if (format === "iso9660") run("genisoimage", ["-quiet", "-R", "-V", "config-2", "-o", image, join(folder, "metadata")]);
  else {
    run("mkfs.vfat", ["-n", "CONFIG-2", "-C", image, "8192"]);
    run("mcopy", ["-s", "-i", image, join(folder, "metadata/openstack"), "::"]);
  }
  return ["-drive", `file=${image},if=none,id=config,format=raw,readonly=on`, "-device", "virtio-blk-pci,drive=config"];
}

/** Boots the image. The caller MUST `end()` it. */
export async function startGuest({ image, drive, service, rootBus = "virtio", address = "" }: GuestOptions): Promise<Guest> {
  mkdirSync("/tmp/guest-image", { recursive: true });
  const folder = mkdtempSync("/tmp/guest-image/test-");
  const at = (name: string) => join(folder, name);
  run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("key")]);
  const metadata = drive ?? service;
  if (metadata) writeMetadata(at("metadata"), readFileSync(at("key.pub"), "utf8").trim(), metadata);
  run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", at("disk.qcow2"), "1G"]);
  const port = await freePort();
  const driveArguments = drive ? makeDrive(folder, drive.format ?? "iso9660") : [];
  const machine = [
    "-accel",
    "tcg,thread=multi,tb-size=32",
    "-cpu",
    "max,la57=off",
    "-M",
    "q35",
    "-m",
    "128",
    "-display",
    "none",
    "-nodefaults",
  ];
  const sockets = ["-serial", `file:${at("console.log")}`, "-qmp", `unix:${at("qmp")},server=on,wait=off`];
  const rootDevice = rootBus === "virtio" ? "virtio-blk-pci" : "scsi-hd";
  const root = [
    "-device",
    "virtio-scsi-pci,id=scsi",
    "-drive",
    `file=${at("disk.qcow2")},if=none,id=root`,
    "-device",
    `${rootDevice},drive=root,bootindex=1`,
  ];
  // A web server of busybox plays the metadata service, one process a connection.
  const serving = service
    ? `,net=169.254.0.0/16,dhcpstart=169.254.1.15,guestfwd=tcp:169.254.169.254:80-cmd:busybox httpd -i -h ${at("metadata")}`
    : "";
  const network = [
    "-netdev",
    `user,id=net,hostfwd=tcp:127.0.0.1:${port}-${address}:22${serving}`,
    "-device",
    "virtio-net-pci,netdev=net,mac=52:54:00:12:34:56,romfile=",
  ];
  const spare = ["-device", "pcie-root-port,id=spare,chassis=1,slot=1"];
  const child = spawn("qemu-system-x86_64", [...machine, ...sockets, ...root, ...driveArguments, ...network, ...spare], {
    stdio: ["ignore", "ignore", "inherit"],
  });

  const ssh = (command: string) => {
    const options = [
      "-q",
      "-i",
      at("key"),
      "-p",
      String(port),
      ...["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=2"].flatMap((option) => [
        "-o",
        option,
      ]),
    ];
    const result = spawnSync("ssh", [...options, "debian@127.0.0.1", command], { timeout: 20_000, encoding: "utf8" });
    return result.status === 0 ? result.stdout : undefined;
  };
  const readConsole = () => readFileSync(at("console.log"), "utf8");
  return {
    folder,
    process: child,
    ssh,
    console: readConsole,
    qmp: (execute, args) => qmp(at("qmp"), execute, args),
    async until(command, good, timeoutMs = 60_000) {
      for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(200)) {
        const output = ssh(command);
        if (output !== undefined && good(output)) return output;
      }
      throw new Error(`${command} gave no good answer; the end of the console:\n${readConsole().slice(-2000)}`);
    },
    async end() {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}
