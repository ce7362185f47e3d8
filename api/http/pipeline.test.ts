// The pipeline over real sockets, with a service made for the test.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { createApp } from "./app.ts";
import { type Auth, anonymous } from "./auth.ts";
import { novaFaults } from "./faults.ts";
import { httpMetrics } from "./metrics.ts";
import { publicRule, route, type Service } from "./route.ts";

const lines: Record<string, unknown>[] = [];
const note = (fields: object) => void lines.push(fields as Record<string, unknown>);
const log = { debug: note, info: note, warn: note, error: note, child: () => log };

const user: Auth = { ...anonymous, userId: "u1", roles: ["member", "reader"] };
const authenticator = {
  authenticate(token: string): Auth {
    if (token === "good") return user;
    throw new KumulusError("Unauthorized", "The request you have made requires authentication.");
  },
};

const thing = Type.Object(
  { thing: Type.Object({ size: Type.Integer({ minimum: 1 }), password: Type.Optional(Type.String({ maxLength: 3 })) }) },
  { additionalProperties: false },
);

const service: Service = {
  name: "test",
  mount: "/test",
  faults: novaFaults,
  policies: { "test:use": "role:member", "test:rule": "role:admin" },
  microversions: { service: "compute", major: 2, min: 1, max: 50, legacyHeader: "x-openstack-nova-api-version" },
  requestIdHeader: "x-compute-request-id",
  routes: [
    route({ method: "GET", path: "/", policy: publicRule, status: 300, handle: (request) => ({ body: { self: request.url("/v2.1/") } }) }),
    route({
      method: "GET",
      path: "/things",
      policy: "test:use",
      query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 0 })) }),
      handle: ({ query }) => ({ body: { limit: query.limit ?? null } }),
    }),
    route({
      method: "POST",
      path: "/things",
      policy: "test:use",
      status: 202,
      body: thing,
      handle: ({ body }) => ({ body: { size: body.thing.size } }),
    }),
    route({ method: "GET", path: "/things/:id", policy: "test:use", until: 9, handle: ({ params }) => ({ body: { old: params.id } }) }),
    route({
      method: "GET",
      path: "/things/:id",
      policy: "test:use",
      since: 10,
      handle: ({ params, microversion }) => ({ body: { new: params.id, microversion } }),
    }),
    route({ method: "DELETE", path: "/things/:id", policy: "test:rule", status: 204, handle: () => ({}) }),
    route({
      method: "POST",
      path: "/things/:id/action",
      policy: "test:use",
      action: "start",
      status: 202,
      body: Type.Object({ start: Type.Null() }),
      handle: () => ({}),
    }),
    route({
      method: "POST",
      path: "/things/:id/action",
      policy: "test:rule",
      action: "kill",
      body: Type.Object({ kill: Type.Null() }),
      handle: () => ({}),
    }),
    route({ method: "GET", path: "/bug", policy: "test:use", handle: () => assert.fail("secret detail") }),
    route({
      method: "GET",
      path: "/stream",
      policy: "test:use",
      handle: () => ({ content: Readable.from(["a", "b"]), headers: { "Content-Type": "text/plain" } }),
    }),
    route({
      method: "PUT",
      path: "/raw",
      policy: "test:use",
      rawBody: true,
      handle: async ({ stream }) => ({ body: { length: (await text(stream)).length } }),
    }),
  ],
};

describe("the pipeline", () => {
  const registry = new Registry();
  let server: Server;
  let origin = "";

  before(async () => {
    const app = createApp([service], { authenticator, log, metrics: httpMetrics(registry) });
    server = createServer(app).on("checkContinue", app).listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const call = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}/test${path}`, { method, headers: { "x-auth-token": "good", ...headers }, ...(body !== undefined && { body }) });
  const json = { "content-type": "application/json" };

  it("serves, with request ids and the microversion's echo", async () => {
    const answer = await call("GET", "/things/7", undefined, { "openstack-api-version": "compute 2.12" });
    assert.deepEqual(await answer.json(), { new: "7", microversion: 12 });
    const id = answer.headers.get("x-openstack-request-id") ?? "";
    assert.match(id, /^req-[0-9a-f-]{36}$/);
    assert.equal(answer.headers.get("x-compute-request-id"), id);
    assert.equal(answer.headers.get("openstack-api-version"), "compute 2.12");
    assert.deepEqual(await (await call("GET", "/things/7")).json(), { old: "7" });
  });

  const statuses: [why: string, method: string, path: string, body: string | undefined, headers: Record<string, string>, status: number][] =
    [
      ["no token", "GET", "/things", undefined, { "x-auth-token": "" }, 401],
      ["a wrong token", "GET", "/things", undefined, { "x-auth-token": "cut" }, 401],
      ["an unknown path without a token", "GET", "/none", undefined, { "x-auth-token": "" }, 401],
      ["an unknown path", "GET", "/none", undefined, {}, 404],
      ["a wrong method", "PATCH", "/things", "{}", json, 405],
      ["a public path without a token", "GET", "/", undefined, { "x-auth-token": "" }, 300],
      ["a public path with an impossible version", "GET", "/", undefined, { "x-openstack-nova-api-version": "9.9" }, 300],
      ["a version outside the range", "GET", "/things", undefined, { "x-openstack-nova-api-version": "2.99" }, 406],
      ["a malformed version", "GET", "/things", undefined, { "x-openstack-nova-api-version": "x" }, 400],
      ["no JSON", "POST", "/things", '{"thing": ', json, 400],
      ["no UTF-8", "POST", "/things", "\u{0}", json, 400],
      ["no body", "POST", "/things", undefined, {}, 400],
      ["another media type", "POST", "/things", "<thing/>", { "content-type": "text/xml" }, 415],
      ["a field of the wrong type", "POST", "/things", '{"thing": {"size": "big"}}', json, 400],
      ["a field too many", "POST", "/things", '{"thing": {"size": 1}, "x": 1}', json, 400],
      ["a query that is no number", "GET", "/things?limit=x", undefined, {}, 400],
      ["a rule that is not fulfilled", "DELETE", "/things/1", undefined, {}, 403],
      ["an action", "POST", "/things/1/action", '{"start": null}', json, 202],
      ["an action that is not allowed", "POST", "/things/1/action", '{"kill": null}', json, 403],
      ["an unknown action", "POST", "/things/1/action", '{"fly": null}', json, 400],
      ["two actions", "POST", "/things/1/action", '{"start": null, "kill": null}', json, 400],
      ["a bug", "GET", "/bug", undefined, {}, 500],
      ["another mount", "GET", "/../else", undefined, {}, 404],
    ];
  for (const [why, method, path, body, headers, status] of statuses) {
    it(`answers ${status} to ${why}`, async () => {
      const answer = await call(method, path, body, headers);
      const told = await answer.text();
      assert.equal(answer.status, status, told);
      assert.ok(!told.includes("secret detail"));
      if (status === 401) assert.match(answer.headers.get("www-authenticate") ?? "", /^Keystone uri="http:\/\/127/);
    });
  }

  it("names the field, but never a password", async () => {
    const told = async (body: object) =>
      (await (await call("POST", "/things", JSON.stringify(body), json)).json()) as { badRequest: { message: string } };
    assert.match((await told({ thing: { size: 0 } })).badRequest.message, /thing\/size. Value: 0/);
    const { message } = (await told({ thing: { size: 1, password: "hunter22" } })).badRequest;
    assert.match(message, /thing\/password/);
    assert.ok(!message.includes("hunter22"));
  });

  it("turns a query's texts into the schema's types", async () => {
    assert.deepEqual(await (await call("GET", "/things?limit=7")).json(), { limit: 7 });
  });

  it("refuses 100 MiB before reading them, and the sender sees the answer", async () => {
    const size = 100 * 1024 * 1024;
    const before = process.memoryUsage().rss;
    const answer = await call("POST", "/things", "x".repeat(size), json);
    assert.equal(answer.status, 413);
    assert.deepEqual(Object.keys((await answer.json()) as object), ["overLimit"]);
    assert.ok(process.memoryUsage().rss - before < 4 * size, "this process also holds the sender's copies");
  });

  it("refuses a long body that does not tell its length", async () => {
    const body = Readable.from(
      (function* () {
        for (let part = 0; part < 64; part += 1) yield Buffer.alloc(64 * 1024, "x");
      })(),
    );
    const request = httpRequest(`${origin}/test/things`, { method: "POST", headers: { ...json, "x-auth-token": "good" } });
    request.on("error", () => undefined);
    body.pipe(request);
    const [answer] = await once(request, "response");
    assert.equal(answer.statusCode, 413);
    answer.resume();
  });

  it("lets a sender end that reads the answer only afterwards, and serves it again", async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const head = "HTTP/1.1\r\nHost: x\r\nX-Auth-Token: good\r\nContent-Type: application/json";
    const [part, parts] = [Buffer.alloc(256 * 1024, "x"), 16];
    socket.write(`POST /test/things ${head}\r\nContent-Length: ${part.length * parts}\r\n\r\n`);
    for (let sent = 0; sent < parts; sent += 1) {
      await new Promise((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve(undefined))));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const [refusal] = await once(socket, "data");
    assert.match(String(refusal), /^HTTP\/1\.1 413 /);
    socket.write(`GET /test/things/7 ${head}\r\n\r\n`);
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it("asks for a body only when it wants it", async () => {
    const lineOf = async (length: number): Promise<string> => {
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      socket.write(
        `POST /test/things HTTP/1.1\r\nHost: x\r\nX-Auth-Token: good\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`,
      );
      const [data] = await once(socket, "data");
      socket.destroy();
      return String(data).split("\r\n")[0] ?? "";
    };
    assert.equal(await lineOf(10), "HTTP/1.1 100 Continue");
    assert.equal(await lineOf(200 * 1024 * 1024), "HTTP/1.1 413 Payload Too Large");
  });

  it("streams both ways", async () => {
    assert.equal(await (await call("GET", "/stream")).text(), "ab");
    assert.deepEqual(await (await call("PUT", "/raw", "x".repeat(3 * 1024 * 1024))).json(), { length: 3 * 1024 * 1024 });
    const head = await call("HEAD", "/stream");
    assert.equal(await head.text(), "");
  });

  it("counts by route template, logs without tokens", async () => {
    lines.length = 0;
    await (
      await call("GET", "/things/abc?x=1", undefined, { "x-openstack-request-id": `req-${"a".repeat(8)}-aaaa-aaaa-aaaa-${"a".repeat(12)}` })
    ).text();
    assert.match(await registry.metrics(), /kumulus_api_requests_total\{service="test",method="GET",route="\/things\/:id",code="200"\} \d/);
    const [line] = lines;
    assert.equal(line?.status, 200);
    assert.match(String(line?.globalRequestId), /^req-aaaa/);
    assert.ok(!JSON.stringify(lines).includes("good"));
  });
});
