// All controllers of the operator, and what they may ask of the API server.
import { systemNamespace } from "../domain/id.ts";
import type { Right } from "../domain/rights.ts";
import type { Kind } from "../models/kind.ts";
import type { ControllerDefinition } from "../operator/contract.ts";
import { controllersRights } from "../operator/controller/rights.ts";
import { Secret } from "../operator/kube/core-kinds.ts";
import { type ComputeDependencies, computeControllers } from "./compute/controllers.ts";
import { identityControllers } from "./identity/controllers.ts";
import { imageControllers } from "./image/controllers.ts";
import type { ImageDependencies } from "./image/image.ts";
import { type NetworkOptions, networkControllers } from "./network/controllers.ts";
import { volumeControllers } from "./volume/controllers.ts";

export type ControllersOptions = ComputeDependencies & Pick<ImageDependencies, "imageStore"> & NetworkOptions;

export function allControllers({ imageStore, imageBaseURL, imageKey, kubeVirt, ...network }: ControllersOptions): ControllerDefinition[] {
  const golden = { imageBaseURL, imageKey };
  return [
    ...identityControllers(),
    ...networkControllers(network),
    ...computeControllers({ ...golden, kubeVirt }),
    ...imageControllers({ imageStore }),
    ...volumeControllers(golden),
  ];
}

export const operatorLease = "kumulus-operator";

/** Of Secrets the controllers read users' passwords, and nothing of the tenants' namespaces. */
export const operatorScopes: readonly { kind: Kind; namespace: string }[] = [{ kind: Secret, namespace: systemNamespace }];

export const operatorRights = (definitions: readonly ControllerDefinition[]): Right[] =>
  controllersRights({ definitions, lease: operatorLease, systemKinds: operatorScopes.map(({ kind }) => kind) });
