// One route for each run of microversions in which its body is the same.
import type { Route } from "../http/route.ts";

/** `starts`: the minors from which a body differs, ascending; each route ends where the next one starts. */
export function windows(starts: readonly number[], make: (minor: number) => Route): Route[] {
  return starts.map((since, index) => {
    const next = starts[index + 1];
    return { ...make(since), since, ...(next === undefined ? {} : { until: next - 1 }) };
  });
}
