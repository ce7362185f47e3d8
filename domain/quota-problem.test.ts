// Limits and the sentences of the services.
import assert from "node:assert/strict";
import { type Amounts, growth, type QuotaService, quotaProblem, sumOf } from "./quota-problem.ts";

describe("quotaProblem", () => {
  const cases: [string, [QuotaService, Amounts, Amounts, Amounts], string | undefined][] = [
    ["room", ["compute", { cores: 1 }, { cores: 9 }, { cores: 10 }], undefined],
    ["no limit", ["compute", { cores: 1000 }, { cores: 9 }, { cores: -1 }], undefined],
    ["nothing asked for, though over the limit", ["compute", { cores: 0 }, { cores: 11 }, { cores: 10 }], undefined],
    [
      "cores and memory",
      ["compute", { cores: 2, ramMiB: 256, instances: 1 }, { cores: 9, ramMiB: 900 }, { cores: 10, ramMiB: 1024 }],
      "Quota exceeded for cores, ram: Requested 2, 256, but already used 9, 900 of 10, 1024 cores, ram",
    ],
    ["key pairs", ["compute", { keyPairs: 1 }, { keyPairs: 1 }, { keyPairs: 1 }], "Quota exceeded, too many key pairs."],
    ["networks", ["network", { networks: 1 }, { networks: 3 }, { networks: 3 }], "Quota exceeded for resources: ['network']."],
    [
      "gigabytes",
      ["volume", { gigabytes: 10, volumes: 1 }, { gigabytes: 3 }, { gigabytes: 5 }],
      "Requested volume or snapshot exceeds allowed gigabytes quota. Requested 10G, quota is 5G and 3G has been consumed.",
    ],
    [
      "gigabytes of a type",
      ["volume", { gigabytes: 2, gigabytes_fast: 2 }, { gigabytes_fast: 9 }, { gigabytes: 100, gigabytes_fast: 10 }],
      "Requested volume or snapshot exceeds allowed gigabytes_fast quota. Requested 2G, quota is 10G and 9G has been consumed.",
    ],
    [
      "images",
      ["image", { images: 1 }, { images: 2 }, { images: 2 }],
      "The project is over its limit for image_count_total: limit 2, current usage 2, requested 1.",
    ],
    [
      "volumes",
      ["volume", { volumes: 1 }, { volumes: 2 }, { volumes: 2 }],
      "Maximum number of volumes allowed (2) exceeded for quota 'volumes'.",
    ],
  ];
  for (const [title, args, sentence] of cases) {
    it(title, () => {
      const [service, requested, used, limits] = args;
      const problem = quotaProblem(service, requested, used, (key) => limits[key] ?? -1);
      assert.equal(problem?.message, sentence);
      if (problem) assert.deepEqual([problem.code, problem.reason], ["OverQuota", "OverQuota"]);
    });
  }
  it("adds up, and knows what became more", () => {
    assert.deepEqual(sumOf([{ cores: 1 }, { cores: 2, ramMiB: 3 }]), { cores: 3, ramMiB: 3 });
    assert.deepEqual(growth({ cores: 3, ramMiB: 3 }, { cores: 1, ramMiB: 4 }), { cores: 2 });
  });
});
