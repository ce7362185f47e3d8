// The controllers of the image group.
import type { ControllerDefinition } from "../../operator/contract.ts";
import { type ImageDependencies, imageController } from "./image.ts";

export function imageControllers(dependencies: Omit<ImageDependencies, "now"> & { now?: () => Date }): ControllerDefinition[] {
  return [imageController({ now: () => new Date(), ...dependencies })];
}
