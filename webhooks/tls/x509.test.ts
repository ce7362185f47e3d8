// Certificates made here, read by Node, by openssl's library in a real TLS handshake, and judged for renewal.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { isUsable } from "./certificate.ts";
import { newAuthority, newServerCertificate } from "./x509.ts";

const now = new Date("2049-06-01T00:00:00Z");
const names = ["webhook.kumulus-system.svc", "127.0.0.1", "2001:db8::1"];

describe("certificates", () => {
  it("carry names, usages and dates, before and after 2050", async () => {
    const authority = await newAuthority("test-ca", now, 365);
    const [ca, cert] = [authority.cert, (await newServerCertificate(authority, names, now, 100)).cert].map(
      (pem) => new X509Certificate(pem),
    );
    assert.ok(ca && cert);
    assert.ok(ca.ca && !cert.ca && cert.verify(ca.publicKey) && ca.verify(ca.publicKey) && cert.checkIssued(ca));
    assert.equal(cert.subjectAltName, "DNS:webhook.kumulus-system.svc, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1");
    assert.equal(Date.parse(ca.validTo), Date.parse("2050-06-01T00:00:00Z"));
    assert.equal(Date.parse(cert.validFrom), Date.parse("2049-05-31T23:00:00Z"));
    assert.deepEqual(cert.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.notEqual(ca.serialNumber, cert.serialNumber);
  });

  it("are accepted in a handshake by who trusts the authority, and by nobody else", async () => {
    const authority = await newAuthority("test-ca", new Date(), 2);
    const server = createServer(await newServerCertificate(authority, ["127.0.0.1"], new Date(), 1), (_request, response) =>
      response.end("hello"),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const call = async (ca: string) => {
      const call = request({ host: "127.0.0.1", port, ca, agent: false }).end();
      const [response] = await once(call, "response");
      return (response as { statusCode: number }).statusCode;
    };
    assert.equal(await call(authority.cert), 200);
    await assert.rejects(call((await newAuthority("test-ca", new Date(), 2)).cert), /certificate|signature/);
    server.close();
    server.closeAllConnections();
  });

  it("are renewed when near their end, of other names, damaged, or not of their authority", async () => {
    const authority = await newAuthority("test-ca", now, 365);
    const pair = { ca: authority.cert, ...(await newServerCertificate(authority, names, now, 365)) };
    const later = (days: number) => new Date(now.getTime() + days * 24 * 3600 * 1000);
    assert.ok(isUsable(pair, names, later(200)));
    assert.ok(!isUsable(pair, names, later(300)));
    assert.ok(!isUsable(pair, ["10.0.0.1"], now));
    assert.ok(!isUsable({ ...pair, cert: "" }, names, now));
    assert.ok(!isUsable({ ...pair, ca: (await newAuthority("test-ca", now, 365)).cert }, names, now));
  });
});
