// What the storage controllers work with, besides the API.
import type { Imports } from "./imports.ts";
import type { VolumeStore } from "./volume-store.ts";

export interface StorageDeps {
  store: VolumeStore;
  imports: Imports;
  /** Tells the DataVolume of a volume that it was filled from outside. */
  filled(handle: string): void;
  /** Without guests nothing is downloaded: every import succeeds with an empty file. */
  simulated: boolean;
}
