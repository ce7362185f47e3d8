// Of which kinds the API's caches hold less than all.
import { systemNamespace } from "../domain/id.ts";
import type { Kind } from "../models/kind.ts";
import { ConfigMap } from "../operator/kube/core-kinds.ts";

/** Of ConfigMaps the API reads its own settings. */
export const apiScopes: readonly { kind: Kind; namespace: string }[] = [{ kind: ConfigMap, namespace: systemNamespace }];
