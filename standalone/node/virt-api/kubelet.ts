// The kubelet's log endpoint: kube-apiserver asks here for the logs of launcher pods. The console's log is the guest's serial console.
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { isCode } from "../../../domain/errors.ts";
import type { KubeClient, Log } from "../../../operator/contract.ts";
import { Pod } from "../../../operator/kube/core-kinds.ts";
import { guestPaths } from "../guest/guest-paths.ts";
import { lastLines, readSerialLog } from "../guest/serial-log.ts";
import { consoleLogContainer } from "../instance/launcher-pod.ts";

export interface KubeletOptions {
  client: KubeClient;
  runDir: string;
  port: number;
  tls: { cert: string; key: string };
  /** CA of the client certificate that kube-apiserver shows to kubelets. */
  clientCA: string;
  log: Log;
}

const path = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

const text = (response: ServerResponse, status: number, body: string | Buffer) =>
  void response.writeHead(status, { "content-type": "text/plain" }).end(body);

/** Options of PodLogOptions that make sense for a log that is read at once: tailLines, limitBytes. `follow` is not served. */
async function logs({ client, runDir }: KubeletOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "", "https://localhost");
  const [, namespace = "", name = "", container = ""] = path.exec(url.pathname) ?? [];
  if (container === "") return text(response, 404, "404 page not found");
  if (url.searchParams.get("follow") === "true") return text(response, 501, "following a console's log is not implemented");
  try {
    const pod = await client.get(Pod, { name, namespace });
    const uid = pod.metadata.labels?.["kubevirt.io/created-by"] ?? "";
    if (container !== consoleLogContainer || !/^[0-9a-f-]{36}$/.test(uid)) return text(response, 200, "");
    const whole = await readSerialLog(guestPaths(runDir, uid).serialLog);
    const tail = url.searchParams.get("tailLines");
    const shown = tail === null ? whole : lastLines(whole, Number(tail));
    const limit = url.searchParams.get("limitBytes");
    text(response, 200, limit === null ? shown : shown.subarray(0, Number(limit)));
  } catch (error) {
    if (!isCode(error, "NotFound")) throw error;
    text(response, 404, `pod ${name} not found`);
  }
}

/** Serves on 127.0.0.1. */
export async function startKubelet(options: KubeletOptions): Promise<Server> {
  const { tls, clientCA, port, log } = options;
  const server = createServer({ ...tls, ca: clientCA, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    logs(options, request, response).catch((error: unknown) => {
      log.error({ error, url: request.url }, "a log could not be read");
      text(response, 500, "the log could not be read");
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
