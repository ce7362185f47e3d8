// The kubelet's log endpoint: kube-apiserver asks it for the logs of a launcher pod, which are the guest's serial console.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caches } from "../../../operator/contract.ts";
import { Pod } from "../../../operator/kube/core-kinds.ts";
import { guestPaths } from "../guest/guest-paths.ts";
import { lastLines, readSerialLog } from "../guest/serial-log.ts";
import { consoleLogContainer } from "../instance/launcher-pod.ts";

const path = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

export interface LogQuery {
  tailLines?: number;
  limitBytes?: number;
}

/** tailLines first, then limitBytes from the start of what is left, as a kubelet does. */
export function cutLog(log: Buffer, { tailLines, limitBytes }: LogQuery): Buffer {
  const tail = tailLines === undefined ? log : lastLines(log, tailLines);
  return limitBytes === undefined ? tail : tail.subarray(0, limitBytes);
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function kubeletHandler(caches: Caches, runDir: string) {
  const pods = caches.of(Pod);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "https://localhost");
    const [, namespace = "", name = "", container = ""] = path.exec(decodeURIComponent(url.pathname)) ?? [];
    const pod = pods.get(name, namespace);
    const uid = pod?.metadata.labels?.["kubevirt.io/created-by"];
    const known = pod?.spec?.containers.some((each) => each.name === container);
    if (uid === undefined || !known) {
      response
        .writeHead(404, { "content-type": "text/plain" })
        .end(`container ${container} of pod ${namespace}/${name} is not on this node\n`);
      return;
    }
    const log = container === consoleLogContainer ? await readSerialLog(guestPaths(runDir, uid).serialLog) : Buffer.alloc(0);
    const [tailLines, limitBytes] = [numberIn(url.searchParams, "tailLines"), numberIn(url.searchParams, "limitBytes")];
    const query = { ...(tailLines === undefined ? {} : { tailLines }), ...(limitBytes === undefined ? {} : { limitBytes }) };
    response.writeHead(200, { "content-type": "text/plain" }).end(cutLog(log, query));
  };
}
