// Guests that only change state, for scale tests and API conformance: no process, no memory, no disk content.
import { writeFileSync } from "node:fs";
import { KumulusError } from "../../../domain/errors.ts";
import { type GuestRecord, guestRecords } from "./guest-records.ts";
import type { GuestEnd, GuestState } from "./guest-spec.ts";
import type { Hypervisor } from "./hypervisor.ts";

const machine = "pc-q35-7.2";
/** One black pixel, as PNG. */
const blackPixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==", "base64");

export function simulatedHypervisor(runDir: string): Hypervisor {
  const records = guestRecords(runDir);
  const guests = new Map<string, GuestRecord>();
  const listeners: ((uid: string) => void)[] = [];

  function stateOf({ spec, end, paused }: GuestRecord): GuestState {
    if (end !== undefined) return { spec, phase: "ended", end, booted: true, machine };
    return { spec, phase: paused ? "paused" : "running", booted: true, machine };
  }
  function change(uid: string, changed: (record: GuestRecord) => void): void {
    const record = guests.get(uid);
    if (!record || record.end !== undefined) throw new KumulusError("NotFound", "the guest does not run");
    changed(record);
    records.save(record);
    for (const listener of listeners) queueMicrotask(() => listener(uid));
  }
  const say = (uid: string, line: string) => writeFileSync(records.paths(uid).serialLog, `${line}\n`, { flag: "a" });
  const end = (uid: string, how: GuestEnd) =>
    change(uid, (record) => {
      record.end = how;
    });
  const without = <T extends { name: string }>(list: T[], name: string) => list.filter((item) => item.name !== name);

  return {
    kind: "simulated",
    async adopt() {
      for (const record of records.load()) guests.set(record.spec.uid, record);
    },
    get: (uid) => {
      const record = guests.get(uid);
      return record && stateOf(record);
    },
    list: () => [...guests.values()].map(stateOf),
    async start(spec) {
      if (guests.has(spec.uid)) return;
      guests.set(spec.uid, { spec, started: true, paused: spec.startPaused });
      change(spec.uid, () => undefined);
      say(spec.uid, `${spec.name} is simulated: no guest runs`);
    },
    powerDown: async (uid) => end(uid, "shutdown"),
    kill: async (uid) => end(uid, "killed"),
    reset: async (uid) => change(uid, () => say(uid, "reset")),
    reboot: async (uid) => change(uid, () => say(uid, "reboot")),
    pause: async (uid) =>
      change(uid, (record) => {
        record.paused = true;
      }),
    resume: async (uid) =>
      change(uid, (record) => {
        record.paused = false;
      }),
    addDisk: async (uid, disk) =>
      change(uid, ({ spec }) => {
        spec.disks = [...without(spec.disks, disk.name), disk];
      }),
    async removeDisk(uid, name) {
      change(uid, ({ spec }) => {
        spec.disks = without(spec.disks, name);
      });
      return true;
    },
    addNic: async (uid, nic) =>
      change(uid, ({ spec }) => {
        spec.nics = [...without(spec.nics, nic.name), nic];
      }),
    async removeNic(uid, name) {
      change(uid, ({ spec }) => {
        spec.nics = without(spec.nics, name);
      });
      return true;
    },
    setLink: async (uid, name, up) =>
      change(uid, ({ spec }) => {
        spec.nics = spec.nics.map((nic) => (nic.name === name ? { ...nic, linkUp: up } : nic));
      }),
    copyDisk: async () => undefined,
    resizeDisk: async () => undefined,
    screenshot: async () => blackPixel,
    forget(uid) {
      guests.delete(uid);
      records.remove(uid);
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => undefined,
  };
}
