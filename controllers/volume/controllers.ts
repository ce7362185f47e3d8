// The controllers of the volume group.
import type { ControllerDefinition } from "../../operator/contract.ts";
import type { GoldenDependencies } from "../image/golden.ts";
import { volumeController } from "./volume/reconciler.ts";
import { volumeTypeController } from "./volume-type.ts";

export type VolumeDependencies = Omit<GoldenDependencies, "now"> & { now?: () => Date };

export function volumeControllers({ now = () => new Date(), ...dependencies }: VolumeDependencies): ControllerDefinition[] {
  return [volumeTypeController(), volumeController({ ...dependencies, now })];
}
