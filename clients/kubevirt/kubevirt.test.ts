// Subresource calls, console log and streams against an HTTP server on loopback that answers in virt-api's words.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { WebSocketServer } from "ws";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { consoleLog } from "./console-log.ts";
import { guestStreams } from "./streams.ts";
import { inKubeVirtsWords, kubeVirt, underway } from "./subresources.ts";

const guest = { name: "web-1", namespace: "kumulus-demo" };
const base = "/apis/subresources.kubevirt.io/v1/namespaces/kumulus-demo";
const status = (code: number, message: string) => ({ code, body: JSON.stringify({ kind: "Status", message, code }) });

describe("KubeVirt client", () => {
  const seen: { method: string; path: string; body: string }[] = [];
  const answers = new Map<string, { code: number; body: string }>();
  const dispatcher = new Agent();
  let server: Server;
  let url = "";

  const client = {
    async request(method: string, path: string, body?: unknown) {
      const answer = await request(url + path, { method: method as "GET", ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.body.text();
      const json = String(answer.headers["content-type"]).includes("json") ? JSON.parse(text) : text;
      if (answer.statusCode < 300) return { status: answer.statusCode, body: json };
      const codes = { 404: "NotFound", 409: "Conflict", 400: "Invalid", 500: "Unavailable" } as const;
      throw new KumulusError(codes[answer.statusCode as 404] ?? "Invalid", json.message);
    },
  };

  before(async () => {
    server = createServer(async (incoming, response) => {
      const body = (await incoming.toArray()).join("");
      const path = incoming.url ?? "";
      seen.push({ method: incoming.method ?? "", path, body });
      const answer = answers.get(path.split("?")[0] ?? "") ?? { code: 202, body: "" };
      response.writeHead(answer.code, answer.body.startsWith("{") ? { "content-type": "application/json" } : {}).end(answer.body);
    });
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: (protocols) => [...protocols][0] ?? false });
    server.on("upgrade", (incoming, socket, head) => {
      if (!incoming.url?.includes("/web-1/") || incoming.headers.authorization !== "Bearer t") {
        socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      sockets.handleUpgrade(incoming, socket, head, (peer) => {
        peer.send(Buffer.from(`${peer.protocol} ${incoming.url?.split("/").at(-1)}\n`));
        peer.on("message", (data) => peer.send(Buffer.concat([Buffer.from("echo "), Buffer.from(data as Buffer)])));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await dispatcher.close();
  });
  beforeEach(() => {
    seen.length = 0;
    answers.clear();
  });

  it("calls each verb on the kind that has it", async () => {
    const power = kubeVirt(client);
    await power.start(guest);
    await power.start(guest, { paused: true });
    await power.stop(guest, { gracePeriodSeconds: 0 });
    await power.restart(guest, { force: true });
    await power.softReboot(guest);
    await power.reset(guest);
    await power.pause(guest);
    await power.unpause(guest);
    await power.removeVolume(guest, "vol-1");
    assert.ok(seen.every(({ method }) => method === "PUT"));
    assert.deepEqual(
      seen.map(({ path, body }) => [path.slice(base.length), body]),
      [
        ["/virtualmachines/web-1/start", ""],
        ["/virtualmachines/web-1/start", '{"paused":true}'],
        ["/virtualmachines/web-1/stop", '{"gracePeriod":0}'],
        ["/virtualmachines/web-1/restart", '{"gracePeriodSeconds":0}'],
        ["/virtualmachineinstances/web-1/softreboot", ""],
        ["/virtualmachineinstances/web-1/reset", ""],
        ["/virtualmachineinstances/web-1/pause", ""],
        ["/virtualmachineinstances/web-1/unpause", ""],
        ["/virtualmachines/web-1/removevolume", '{"name":"vol-1"}'],
      ],
    );
  });

  it("keeps KubeVirt's words and drops Kubernetes' preamble", async () => {
    answers.set(
      `${base}/virtualmachines/web-1/start`,
      status(409, 'Operation cannot be fulfilled on virtualmachine.kubevirt.io "web-1": VM is already running'),
    );
    await assert.rejects(kubeVirt(client).start(guest), (error) => isCode(error, "Conflict") && error.message === "VM is already running");
    answers.set(
      `${base}/virtualmachines/web-1/start`,
      status(500, "Internal error occurred: unable to complete request: stop/start already underway"),
    );
    await assert.rejects(kubeVirt(client).start(guest), (error) => isCode(error, "Unavailable") && error.reason === underway);
    answers.set(`${base}/virtualmachineinstances/web-1/reset`, status(404, 'virtualmachineinstance.kubevirt.io "web-1" not found'));
    await assert.rejects(kubeVirt(client).reset(guest), (error) => isCode(error, "NotFound"));
    const other = new TypeError("bug");
    assert.equal(inKubeVirtsWords(other), other);
  });

  it("reads the newest launcher's console, the last bytes of it", async () => {
    const pods = "/api/v1/namespaces/kumulus-demo/pods";
    const pod = (name: string, creationTimestamp: string) => ({ metadata: { name, creationTimestamp } });
    answers.set(pods, {
      code: 200,
      body: JSON.stringify({ items: [pod("old", "2026-01-01T00:00:00Z"), pod("new", "2026-01-02T00:00:00Z")] }),
    });
    answers.set(`${pods}/new/log`, { code: 200, body: "line 1\nline 2\n" });
    assert.equal(await consoleLog(client, guest, { tailLines: 7 }), "line 1\nline 2\n");
    assert.match(seen[0]?.path ?? "", /labelSelector=kubevirt.io%3Dvirt-launcher%2Cvm.kubevirt.io%2Fname%3Dweb-1/);
    assert.match(seen[1]?.path ?? "", /container=guest-console-log&tailLines=7/);
    assert.equal(await consoleLog(client, guest, { limitBytes: 7 }), "line 2\n");
    answers.set(pods, { code: 200, body: JSON.stringify({ items: [] }) });
    await assert.rejects(consoleLog(client, guest), (error) => isCode(error, "NotFound"));
  });

  it("carries the console both ways and ends with it", async () => {
    const streams = guestStreams({ server: url, watches: dispatcher, headers: async () => ({ authorization: "Bearer t" }) }, client);
    const stream = await streams.console(guest);
    const first = await once(stream, "data");
    assert.equal(String(first[0]), "plain.kubevirt.io console\n");
    stream.write("root\n");
    assert.equal(String((await once(stream, "data"))[0]), "echo root\n");
    stream.end();
    await once(stream, "close");
    const vnc = await streams.vnc(guest, { preserveSession: true });
    assert.equal(String((await once(vnc, "data"))[0]), "plain.kubevirt.io vnc?preserveSession=true\n");
    vnc.destroy();
  });

  it("says why a console can not be opened", async () => {
    answers.set(`${base}/virtualmachineinstances/gone/console`, status(404, 'virtualmachineinstance.kubevirt.io "gone" not found'));
    const streams = guestStreams({ server: url, watches: dispatcher, headers: async () => ({ authorization: "Bearer t" }) }, client);
    await assert.rejects(
      streams.console({ ...guest, name: "gone" }),
      (error) => isCode(error, "NotFound") && /"gone" not found/.test(error.message),
    );
  });
});
