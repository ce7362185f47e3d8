// Twelve real guests at once.

import { burst } from "./burst.ts";
import { down, up } from "./cloud.ts";

describe("twelve servers at once with real guests", function () {
  this.timeout(900_000);
  before(() => up());
  after(() => down());
  it("get distinct addresses, all end their build, and nothing is left after their deletion", () => burst(12, 4, 600_000));
});
