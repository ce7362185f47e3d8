// A look at real OVSDB servers: alone, in a cluster, without the database, silent, gone.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { probeDatabase } from "./probe.ts";
import { type DatabaseServer, northboundSchema, startDatabaseServer } from "./testing/database-server.ts";

describe("a look at an OVSDB server", function () {
  this.timeout(30_000);
  const servers: DatabaseServer[] = [];
  const started = async (options?: Parameters<typeof startDatabaseServer>[1]) => {
    const server = await startDatabaseServer(northboundSchema, options);
    servers.push(server);
    return server;
  };
  const look = ({ remote }: { remote: string }, database = "OVN_Northbound") => probeDatabase(remote, database, undefined, 2_000);
  after(() => Promise.all(servers.map((server) => server.stop())));

  it("tells the schema's version; a server without a cluster leads", async () => {
    const { version, leads } = await look(await started());
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.equal(leads, true);
  });

  it("tells the leader of a cluster from its other members", async () => {
    const first = await started({ clustered: true });
    const second = await started({ joins: first });
    for (const end = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const [one, other] = await Promise.allSettled([look(first), look(second)]);
      // A member serves the schema once it has joined.
      if (one.status === "fulfilled" && other.status === "fulfilled") {
        assert.deepEqual([one.value.leads, other.value.leads], [true, false]);
        break;
      }
      assert.ok(Date.now() < end, "the second member never joined");
    }
  });

  it("says that the database is not there", async () => {
    await assert.rejects(look(await started(), "OVN_Southbound"), { code: "Invalid" });
  });

  it("says that nobody is there", async () => {
    await assert.rejects(look({ remote: "tcp:127.0.0.1:1" }), { code: "Unavailable", message: "No connection to tcp:127.0.0.1:1" });
  });

  it("gives up on a server that says nothing", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const remote = `tcp:127.0.0.1:${(silent.address() as { port: number }).port}`;
    await assert.rejects(probeDatabase(remote, "OVN_Northbound", undefined, 200), { code: "Unavailable", message: /^No answer from tcp:/ });
    silent.close();
  });
});
