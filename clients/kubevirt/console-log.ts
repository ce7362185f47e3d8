// What a guest wrote to its serial console: KubeVirt logs it as a container of the launcher pod.
import { KumulusError } from "../../domain/errors.ts";
import type { Right } from "../../domain/rights.ts";
import type { KubeClient, ObjectKey } from "../../operator/contract.ts";

const container = "guest-console-log";
const machineLabel = "vm.kubevirt.io/name";

interface Pods {
  items: { metadata: { name: string; creationTimestamp?: string } }[];
}

export interface ConsoleLogOptions {
  /** The last lines only. */
  tailLines?: number;
  /** The last bytes only; 100 KiB when absent, as Nova. */
  limitBytes?: number;
}

export const consoleRights: readonly Right[] = [
  { group: "", resource: "pods", verbs: ["list"] },
  { group: "", resource: "pods/log", verbs: ["get"] },
];

/** The newest run's console. Rejects with NotFound when the guest has no launcher pod (it never ran, or is stopped). */
export async function consoleLog(client: Pick<KubeClient, "request">, guest: ObjectKey, options: ConsoleLogOptions = {}): Promise<string> {
  const pods = `/api/v1/namespaces/${encodeURIComponent(guest.namespace ?? "")}/pods`;
  const selector = new URLSearchParams({ labelSelector: `kubevirt.io=virt-launcher,${machineLabel}=${guest.name}` });
  const { items } = (await client.request("GET", `${pods}?${selector}`)).body as Pods;
  const [newest] = items.toSorted((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""));
  if (!newest) throw new KumulusError("NotFound", `${guest.name} has no console`);
  const query = new URLSearchParams({ container });
  if (options.tailLines !== undefined) query.set("tailLines", String(options.tailLines));
  const { body } = await client.request("GET", `${pods}/${encodeURIComponent(newest.metadata.name)}/log?${query}`);
  return lastBytes(typeof body === "string" ? body : JSON.stringify(body), options.limitBytes ?? 100 * 1024);
}

/** Kubernetes' own limitBytes keeps the first bytes; a console wants the last. */
function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= limit ? text : bytes.subarray(bytes.length - limit).toString();
}
