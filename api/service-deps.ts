// What services are built from.
import type { ImageStore } from "../clients/image-store/image-store.ts";
import type { Log } from "../operator/contract.ts";
import type { Stores } from "./http/store.ts";

export interface ServiceDeps {
  readonly stores: Stores;
  readonly imageStore: ImageStore;
  readonly log: Log;
}
