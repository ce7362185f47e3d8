// From a request line to the one route that serves it: path, method, microversion, and the action that the body names.
import { KumulusError } from "../../domain/errors.ts";
import type { Route } from "./route.ts";
import type { Lookup } from "./router.ts";
import type { Check } from "./validation.ts";

/** A route with its schemas compiled. */
export interface PreparedRoute extends Route {
  readonly checkQuery: Check | undefined;
  readonly checkBody: Check | undefined;
}

export function isServedAt(route: Route, microversion: number): boolean {
  return microversion >= (route.since ?? 0) && microversion <= (route.until ?? Number.POSITIVE_INFINITY);
}

/** Routes of the path and method at this microversion, at least one. NotFound (404), or NotImplemented with 405 for a wrong method. */
export function candidates(lookup: Lookup<PreparedRoute>, microversion: number): readonly PreparedRoute[] {
  if ("methods" in lookup) {
    if (lookup.methods.length === 0) throw new KumulusError("NotFound", "The resource could not be found.");
    throw new KumulusError("NotImplemented", "The method is not allowed for this resource.", { status: 405 });
  }
  const served = lookup.match.routes.filter((route) => isServedAt(route, microversion));
  if (served.length === 0) throw new KumulusError("NotFound", "The resource could not be found.");
  return served;
}

/** The route whose `action` is the body's one key. Invalid (400) for an unknown action or several keys. */
export function routeOfAction(routes: readonly PreparedRoute[], body: unknown): PreparedRoute {
  const keys = typeof body === "object" && body !== null && !Array.isArray(body) ? Object.keys(body) : [];
  const [action] = keys;
  if (action === undefined || keys.length > 1) throw new KumulusError("Invalid", "The request body must have exactly one action.");
  const found = routes.find((route) => route.action === action);
  if (found) return found;
  throw new KumulusError("Invalid", `There is no such action: ${action.slice(0, 100)}`);
}
