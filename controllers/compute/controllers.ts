// The controllers of the compute group.
import type { ControllerDefinition } from "../../operator/contract.ts";
import { flavorController } from "./flavor.ts";
import { keyPairController } from "./key-pair.ts";
import { type ServerDependencies, serverController } from "./server/reconciler.ts";
import { serverActionController } from "./server-action/reconciler.ts";

export type ComputeDependencies = Omit<ServerDependencies, "now"> & { now?: () => Date };

export function computeControllers({ now = () => new Date(), ...dependencies }: ComputeDependencies): ControllerDefinition[] {
  const all = { ...dependencies, now };
  return [flavorController(), keyPairController(), serverController(all), serverActionController(all)];
}
