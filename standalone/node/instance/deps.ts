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
  /** Called with the uid of a VMI whose turn to start has come. */
  onTurn(listener: (uid: string) => void): void;
  runDir: string;
  /** Runs of guests that were stopped with the whole cloud and are to run again, by VMI uid. */
  restart: Set<string>;
  /** Name of the Node object. */
  nodeName: string;
  /** Of the node, as pods show it. */
  address: string;
}
