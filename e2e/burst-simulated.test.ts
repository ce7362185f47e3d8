// Fifty simulated servers at once, asked for by ten clients.

import { burst } from "./burst.ts";
import { down, up } from "./cloud.ts";

describe("fifty servers at once with the simulated hypervisor", function () {
  this.timeout(600_000);
  before(() => up("HYPERVISOR=simulated"));
  after(() => down());
  it("get distinct addresses, all end their build, and nothing is left after their deletion", () => burst(50, 10, 120_000));
});
