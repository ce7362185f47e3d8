// What the VMI controller works with, besides the API.
import type { Hypervisor } from "../guest/hypervisor.ts";
import type { StartQueue } from "../guest/start-queue.ts";
import type { Plugs } from "../plug/plugs.ts";
import type { VolumeStore } from "../storage/volume-store.ts";

export interface InstanceDeps {
  hypervisor: Hypervisor;
  store: VolumeStore;
  /** undefined where NICs are not plugged at all. */
  plugs: Plugs | undefined;
  queue: StartQueue;
  runDir: string;
  /** Name of the Node object. */
  nodeName: string;
}
