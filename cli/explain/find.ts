// Finds an object of any of our kinds by its OpenStack id, or by kind, namespace and name.
import { isCode } from "../../domain/errors.ts";
import { idLabel, idOf } from "../../domain/id.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import type { KubeClient } from "../../operator/contract.ts";

type Reader = Pick<KubeClient, "get" | "list">;

const labelValue = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Nothing of a kind that this cluster does not serve. */
async function listed(client: Reader, kind: Kind, labelSelector?: string): Promise<KubeObject[]> {
  try {
    return await client.list(kind, labelSelector === undefined ? {} : { labelSelector });
  } catch (error) {
    if (isCode(error, "NotFound")) return [];
    throw error;
  }
}

async function byID(client: Reader, id: string): Promise<KubeObject | undefined> {
  const everywhere = async (labelSelector?: string) =>
    (await Promise.all(kumulusKinds.map((kind) => listed(client, kind, labelSelector)))).flat();
  const labelled = labelValue.test(id) ? await everywhere(`${idLabel}=${id}`) : [];
  // Objects that no API made have their uid as id, by which the API server can not select.
  return labelled[0] ?? (await everywhere()).find((object) => idOf(object) === id);
}

export function kindOf(name: string): Kind | undefined {
  const wanted = name.toLowerCase();
  return kumulusKinds.find(({ kind, plural, group }) => [kind.toLowerCase(), plural, `${plural}.${group}`].includes(wanted));
}

/** `kind/name` or `kind/namespace/name`. Throws TypeError for another form. */
async function byPlace(client: Reader, place: string): Promise<KubeObject | undefined> {
  const [kindName = "", ...path] = place.split("/");
  const kind = kindOf(kindName);
  if (!kind) throw new TypeError(`${kindName} is no kind of Kumulus; there are ${kumulusKinds.map((each) => each.kind).join(", ")}`);
  if (path.length !== (kind.namespaced ? 2 : 1)) throw new TypeError(`say ${kind.kind}/${kind.namespaced ? "namespace/" : ""}name`);
  const name = path.at(-1) ?? "";
  try {
    return await client.get(kind, { name, ...(kind.namespaced && path[0] ? { namespace: path[0] } : {}) });
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}

export const findObject = (client: Reader, text: string): Promise<KubeObject | undefined> =>
  text.includes("/") ? byPlace(client, text) : byID(client, text);
