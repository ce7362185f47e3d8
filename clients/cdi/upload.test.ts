// The upload token and the upload, against an HTTP server on loopback in CDI's place.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { isCode } from "../../domain/errors.ts";
import { upload, uploadToken } from "./upload.ts";

describe("CDI client", () => {
  let server: Server;
  let proxyURL = "";
  let answer = { code: 200, body: "" };
  const got = { bytes: 0, hash: "", authorization: "" };

  before(async () => {
    server = createServer(async (incoming, response) => {
      const hash = createHash("sha256");
      got.bytes = 0;
      got.authorization = incoming.headers.authorization ?? "";
      for await (const chunk of incoming) {
        hash.update(chunk);
        got.bytes += chunk.length;
      }
      got.hash = hash.digest("hex");
      response.writeHead(answer.code).end(answer.body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxyURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("asks for a token of one claim", async () => {
    const asked: unknown[] = [];
    const client = (token: string | undefined) => ({
      async request(...args: unknown[]) {
        asked.push(args);
        return { status: 200, body: { status: { token } } };
      },
    });
    assert.equal(await uploadToken(client("t"), "kumulus-demo", "root"), "t");
    assert.match(JSON.stringify(asked), /uploadtokenrequests.*"spec":\{"pvcName":"root"\}/);
    await assert.rejects(uploadToken(client(undefined), "kumulus-demo", "root"), (error) => isCode(error, "Unavailable"));
  });

  it("streams the bytes as they are", async () => {
    const chunk = Buffer.alloc(64 * 1024, 1);
    const wanted = createHash("sha256");
    function* disk() {
      for (let n = 0; n < 100; n += 1) {
        wanted.update(chunk);
        yield chunk;
      }
    }
    await upload(Readable.from(disk()), { proxyURL, token: "t", sizeBytes: 100 * chunk.length });
    assert.deepEqual(got, { bytes: 6_553_600, hash: wanted.digest("hex"), authorization: "Bearer t" });
  });

  const refusals = [
    [401, "Forbidden"],
    [400, "Invalid"],
    [503, "Unavailable"],
  ] as const;
  for (const [code, wanted] of refusals) {
    it(`${code} is ${wanted}`, async () => {
      answer = { code, body: "no" };
      await assert.rejects(upload(Readable.from([Buffer.from("x")]), { proxyURL, token: "t" }), (error) => isCode(error, wanted));
    });
  }

  it("a proxy that is not there is Unavailable", async () => {
    await assert.rejects(upload(Readable.from(["x"]), { proxyURL: "http://127.0.0.1:1", token: "t" }), (error) =>
      isCode(error, "Unavailable"),
    );
  });
});
