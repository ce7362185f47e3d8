// Which route serves which path, against a slow and obvious matcher as well.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Router } from "./router.ts";

const table = (...lines: string[]) => lines.map((line) => ({ method: line.split(" ")[0] as "GET", path: line.split(" ")[1] ?? "" }));

const router = new Router(
  table(
    "GET /",
    "GET /v2.1/servers",
    "POST /v2.1/servers",
    "GET /v2.1/servers/detail",
    "GET /v2.1/servers/:id",
    "DELETE /v2.1/servers/:id",
    "GET /v2.1/servers/:id/metadata/:key",
    "GET /v2.1/servers/detail/only",
  ),
);

function found(method: string, path: string): [string, Record<string, string>] | string[] {
  const lookup = router.lookup(method, path);
  return "match" in lookup ? [lookup.match.routes[0]?.path ?? "", { ...lookup.match.params }] : [...lookup.methods];
}

describe("the router", () => {
  const cases: [why: string, method: string, path: string, expected: ReturnType<typeof found>][] = [
    ["the root", "GET", "/", ["/", {}]],
    ["no path at all is the root", "GET", "", ["/", {}]],
    ["a static segment beats a parameter", "GET", "/v2.1/servers/detail", ["/v2.1/servers/detail", {}]],
    ["a parameter", "GET", "/v2.1/servers/x1", ["/v2.1/servers/:id", { id: "x1" }]],
    [
      "back out of a static segment that leads nowhere",
      "GET",
      "/v2.1/servers/detail/metadata/k",
      ["/v2.1/servers/:id/metadata/:key", { id: "detail", key: "k" }],
    ],
    ["escapes are decoded, slashes too", "GET", "/v2.1/servers/a%2Fb%20c", ["/v2.1/servers/:id", { id: "a/b c" }]],
    ["a trailing slash does not count", "GET", "/v2.1/servers/", ["/v2.1/servers", {}]],
    ["an id that was left out", "DELETE", "/v2.1/servers/", []],
    ["HEAD is GET", "HEAD", "/v2.1/servers", ["/v2.1/servers", {}]],
    ["a wrong method tells which are right", "PUT", "/v2.1/servers", ["GET", "POST"]],
    ["an unknown path", "GET", "/v2.1/flavours", []],
    ["a path that goes on", "GET", "/v2.1/servers/x/y", []],
    ["a broken escape is no path", "GET", "/v2.1/servers/%zz", []],
  ];
  for (const [why, method, path, expected] of cases) {
    it(why, () => assert.deepEqual(found(method, path), expected));
  }

  it("gives routes that differ by microversion or action together", () => {
    const twins = new Router(table("POST /servers/:id/action", "POST /servers/:id/action"));
    const lookup = twins.lookup("POST", "/servers/1/action");
    assert.equal("match" in lookup && lookup.match.routes.length, 2);
  });

  it("refuses two names for one parameter", () => {
    assert.throws(() => new Router(table("GET /a/:x", "GET /a/:y")), /differently/);
  });

  it("finds a route exactly when one fits, and then the most static one", () => {
    const segment = fc.constantFrom("a", "b", ":p");
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
    const request = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), request, (paths, parts) => {
        const fitting = paths.filter((each) => {
          const wanted = each.slice(1).split("/");
          return wanted.length === parts.length && wanted.every((part, index) => part === ":p" || part === parts[index]);
        });
        // Static before parameter, from the left: ":" sorts behind letters once it is spelled "~".
        const best = fitting.sort((x, y) => (x.replaceAll(":", "~") < y.replaceAll(":", "~") ? -1 : 1))[0];
        const lookup = new Router(paths.map((each) => ({ method: "GET" as const, path: each.replace(/:p/g, ":p") }))).lookup(
          "GET",
          `/${parts.join("/")}`,
        );
        assert.equal("match" in lookup ? lookup.match.routes[0]?.path : undefined, best);
      }),
    );
  });
});
