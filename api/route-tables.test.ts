// Walks the route tables of all services: what every route must have.
import assert from "node:assert/strict";
import { Policy } from "./http/policy.ts";
import { isPlaceholder, publicRule, type Route } from "./http/route.ts";
import { Router } from "./http/router.ts";
import { bodyChecker, queryChecker } from "./http/validation.ts";
import { offlineServices } from "./testing/offline-services.ts";

const nameOf = ({ method, path, action = "" }: Route) => `${method} ${path} ${action}`;
const overlap = (a: Route, b: Route) =>
  Math.max(a.since ?? 0, b.since ?? 0) <= Math.min(a.until ?? Number.POSITIVE_INFINITY, b.until ?? Number.POSITIVE_INFINITY);

/** Methods that carry a body; those that take none say so here, with the reason. */
const bodiless: Readonly<Record<string, string>> = {
  "PUT /v3/groups/:group/users/:user": "the path says it all",
  "PUT /v3/projects/:id/tags/:tag": "the path says it all",
  "PUT /v3/roles/:prior/implies/:implied": "the path says it all",
  "PUT /v3/OS-EP-FILTER/projects/:project/endpoints/:object": "the path says it all",
  "PUT /v3/OS-EP-FILTER/endpoint_groups/:object/projects/:project": "the path says it all",
  "PUT /v2/images/:id/tags/:tag": "the path says it all",
  "PUT /v2.1/servers/:id/tags/:tag": "the path says it all",
};

/** Keystone's grants: who, where and which role are in the path. */
const isGrant = ({ method, path }: Route) => method === "PUT" && /:actor\/roles\/:role/.test(path);

describe("route tables", () => {
  for (const { name, mount, routes, policies, catalog, reference } of offlineServices()) {
    describe(name, () => {
      it("has its place", () => {
        assert.match(mount, /^\/[a-z]+$/);
        if (catalog) assert.ok(catalog.path === mount || catalog.path.startsWith(`${mount}/`), `${catalog.path} is not below ${mount}`);
        assert.ok(reference !== undefined || catalog === undefined, "a public API names its reference");
      });

      it("has rules that can be asked", () => void new Policy(policies));

      it("has routes that differ", () => {
        for (const [index, route] of routes.entries()) {
          const twin = routes.slice(index + 1).find((other) => nameOf(other) === nameOf(route) && overlap(other, route));
          assert.equal(twin, undefined, nameOf(route));
        }
        new Router(routes);
      });

      for (const route of routes) {
        it(nameOf(route), () => {
          assert.ok(route.policy === publicRule || policies[route.policy], `no rule ${route.policy}`);
          const takesBody = ["POST", "PUT", "PATCH"].includes(route.method);
          const without = isPlaceholder(route) || bodiless[`${route.method} ${route.path}`] !== undefined || isGrant(route);
          const described = route.body !== undefined || route.rawBody === true;
          assert.ok(described === takesBody || without, "a body schema exactly where a body comes");
          if (route.body) bodyChecker(route.body);
          if (route.query) queryChecker(route.query);
          const siblings = routes.filter(({ method, path }) => method === route.method && path === route.path);
          assert.ok(
            siblings.every(({ action }) => (action === undefined) === (route.action === undefined)),
            "all routes of a path have actions, or none",
          );
        });
      }
    });
  }

  it("have no two services in one place", () => {
    const mounts = offlineServices().map(({ mount }) => mount);
    assert.equal(new Set(mounts).size, mounts.length);
  });
});
