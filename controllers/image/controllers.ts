// The controllers of the image group.
import type { ControllerDefinition } from "../../operator/contract.ts";
import { type ImageDependencies, imageController } from "./image.ts";

export function imageControllers(dependencies: Omit<ImageDependencies, "elapsedMs">): ControllerDefinition[] {
  return [imageController({ elapsedMs: () => performance.now(), ...dependencies })];
}
