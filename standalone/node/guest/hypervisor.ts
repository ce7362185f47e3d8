// What the agent asks of whatever runs the guests: QEMU, or state transitions alone.
import type { GuestDisk, GuestNic, GuestSpec, GuestState } from "./guest-spec.ts";

export interface Hypervisor {
  readonly kind: "qemu" | "simulated";
  /**
   * Finds again what an earlier agent started, and tells how each guest stands. MUST be called before anything else. A guest that has ended and
   * is in `forgotten` was stopped by us with the whole cloud: it is as if it had never run.
   */
  adopt(forgotten: ReadonlySet<string>): Promise<void>;
  get(uid: string): GuestState | undefined;
  list(): readonly GuestState[];
  /** Starts the guest unless it runs; rejects with Unavailable and QEMU's words when it cannot. */
  start(spec: GuestSpec): Promise<void>;
  /** Presses the power button; a guest that has not booted does not feel it, so press again. */
  powerDown(uid: string): Promise<void>;
  kill(uid: string): Promise<void>;
  /** Presses the reset button. */
  reset(uid: string): Promise<void>;
  /** Power button, and on again when the guest is down. */
  reboot(uid: string): Promise<void>;
  pause(uid: string): Promise<void>;
  resume(uid: string): Promise<void>;
  /** Idempotent; rejects with Unavailable when it has to be tried again. */
  addDisk(uid: string, disk: GuestDisk): Promise<void>;
  /** True when the device is gone; false when the guest has not let go yet: ask again in a few seconds. */
  removeDisk(uid: string, name: string): Promise<boolean>;
  addNic(uid: string, nic: GuestNic): Promise<void>;
  removeNic(uid: string, name: string): Promise<boolean>;
  setLink(uid: string, name: string, up: boolean): Promise<void>;
  /** Copies a disk of a running guest, as it is now, into the qcow2 file `target`, which exists. */
  copyDisk(uid: string, name: string, target: string): Promise<void>;
  resizeDisk(uid: string, name: string, bytes: number): Promise<void>;
  screenshot(uid: string): Promise<Buffer>;
  /** Forgets a guest that has ended, files and all. */
  forget(uid: string): void;
  /** Called with the uid whenever a guest's state changed. */
  onChange(listener: (uid: string) => void): void;
  /** Lets go of the guests without ending them. */
  close(): void;
}
