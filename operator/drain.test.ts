// A server that is about to end answers to the last, on connections that end with the answer.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { endConnectionsWhile } from "./drain.ts";

describe("a draining server", () => {
  const drain = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let server: Server;

  before(async () => {
    server = createServer(async (request, response) => {
      for await (const _ of request); // whole body first
      response.end("done");
    });
    endConnectionsWhile(drain.signal, server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    agent.destroy();
    server.close();
  });

  async function send(method: "GET" | "POST", body = ""): Promise<string | undefined> {
    const { port } = server.address() as AddressInfo;
    const request = httpRequest({ port, host: "127.0.0.1", method, agent });
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    for await (const _ of response);
    assert.equal(response.statusCode, 200);
    return response.headers.connection;
  }

  it("keeps connections before", async () => {
    assert.equal(await send("GET"), "keep-alive");
    assert.equal(await send("POST", "body"), "keep-alive");
  });

  it("ends each with its answer from then on, with a body and without", async () => {
    drain.abort();
    assert.equal(await send("GET"), "close");
    assert.equal(await send("POST", "body"), "close");
  });
});
