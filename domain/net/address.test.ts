// Tables and property tests of address arithmetic, pools and MACs.
import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import {
  type Cidr,
  canonicalAddress,
  canonicalRange,
  contains,
  formatAddress,
  formatCidr,
  overlaps,
  parseAddress,
  parseCidr,
} from "./address.ts";
import { canonicalMac, eui64, macFor, slaacAddress } from "./mac.ts";
import { hashedUuid, ipAddressName, portGroupName } from "./names.ts";
import { defaultGateway, defaultPools, inPools, isHostAddress, type Pool, pickAddress, poolSize } from "./pools.ts";

const cidrOf = (text: string): Cidr => parseCidr(text) ?? assert.fail(`${text} is no range`);
const poolTexts = (text: string, gateway: boolean) => {
  const cidr = cidrOf(text);
  const pools = defaultPools(cidr, gateway ? defaultGateway(cidr) : undefined);
  return pools.map((pool) => `${formatAddress(cidr.version, pool.first)}-${formatAddress(cidr.version, pool.last)}`);
};

describe("addresses", () => {
  it("have one canonical text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseAddress(text);
        const canonical = canonicalAddress(text) ?? "";
        assert.equal(isIP(canonical), address?.version);
        assert.deepEqual(parseAddress(canonical), address);
        assert.equal(canonicalAddress(canonical), canonical);
      }),
    );
  });

  it("are read or refused", () => {
    const cases: [string, string | undefined][] = [
      ["10.0.0.1", "10.0.0.1"],
      ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
      ["010.0.0.1", undefined],
      ["10.0.0.1/24", undefined],
      ["10.0.0", undefined],
      ["10.0.0.256", undefined],
      ["fe80::1%eth0", undefined],
      ["", undefined],
      ["::", "::"],
    ];
    for (const [text, canonical] of cases) assert.equal(canonicalAddress(text), canonical, text);
  });

  it("are in a range exactly when between its ends", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 0xffffffffn), fc.integer({ min: 0, max: 32 }), fc.bigInt(0n, 0xffffffffn), (base, prefix, other) => {
        const cidr = cidrOf(`${formatAddress(4, base)}/${prefix}`);
        assert.equal(cidr.last - cidr.first + 1n, 1n << BigInt(32 - prefix));
        assert.ok(contains(cidr, { version: 4, value: base }));
        assert.equal(contains(cidr, { version: 4, value: other }), other >> BigInt(32 - prefix) === base >> BigInt(32 - prefix));
        assert.ok(overlaps(cidr, cidrOf(formatCidr(cidr))));
      }),
    );
  });

  it("ranges lose their host bits", () => {
    assert.equal(formatCidr(cidrOf("10.9.0.77/24")), "10.9.0.0/24");
    assert.equal(formatCidr(cidrOf("2001:db8::5/64")), "2001:db8::/64");
    assert.equal(canonicalRange("10.0.0.1"), "10.0.0.1/32");
    for (const bad of ["10.0.0.0", "10.0.0.0/33", "::/129", "x/8", "10.0.0.0/-1"]) assert.equal(parseCidr(bad), undefined, bad);
    assert.ok(!overlaps(cidrOf("0.0.0.0/0"), cidrOf("::/0")));
  });
});

describe("allocation pools", () => {
  it("default to all hosts but the gateway", () => {
    const cases: [string, boolean, string[]][] = [
      ["10.9.0.0/24", true, ["10.9.0.2-10.9.0.254"]],
      ["10.9.0.0/24", false, ["10.9.0.1-10.9.0.254"]],
      ["10.9.0.0/30", true, ["10.9.0.2-10.9.0.2"]],
      ["10.9.0.0/31", true, []],
      ["10.9.0.4/32", true, ["10.9.0.4-10.9.0.4"]],
      ["2001:db8::/64", true, ["2001:db8::2-2001:db8::ffff:ffff:ffff:ffff"]],
    ];
    for (const [text, gateway, pools] of cases) assert.deepEqual(poolTexts(text, gateway), pools, text);
    const middle = defaultPools(cidrOf("10.0.0.0/29"), cidrOf("10.0.0.3/32").first);
    assert.deepEqual(
      middle.map((pool) => Number(pool.last - pool.first + 1n)),
      [2, 3],
    );
  });

  const pools = fc
    .uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 8 })
    .map((ends) => ends.sort((a, b) => a - b))
    .map((ends) => ends.flatMap((end, i): Pool[] => (i % 2 === 1 ? [{ first: BigInt(ends[i - 1] ?? 0), last: BigInt(end) - 1n }] : [])))
    .filter((list) => list.every((pool) => pool.first <= pool.last));

  it("give each address once, then none", () => {
    fc.assert(
      fc.property(pools, fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1 }), (list, randoms) => {
        const used = new Set<bigint>();
        const size = Number(poolSize(list));
        for (let i = 0; i < size; i++) {
          const value = pickAddress(list, (candidate) => used.has(candidate), randoms[i % randoms.length] ?? 0);
          assert.ok(value !== undefined && inPools(list, value) && !used.has(value));
          used.add(value);
        }
        assert.equal(
          pickAddress(list, (candidate) => used.has(candidate), 0.5),
          undefined,
        );
      }),
    );
  });

  it("are searched from a place of one's own, without walking a whole /64", () => {
    const cidr = cidrOf("2001:db8::/64");
    let asked = 0;
    const isUsed = () => ++asked < 5;
    const value = pickAddress(defaultPools(cidr, defaultGateway(cidr)), isUsed, 0.25);
    assert.equal(formatAddress(6, value ?? 0n), "2001:db8::4000:0:0:5");
    assert.equal(asked, 5);
  });

  it("know hosts from network and broadcast addresses", () => {
    const host = (range: string, text: string) => isHostAddress(cidrOf(range), parseAddress(text) ?? assert.fail(text));
    assert.deepEqual(
      [
        host("10.0.0.0/24", "10.0.0.0"),
        host("10.0.0.0/24", "10.0.0.255"),
        host("10.0.0.0/24", "10.0.0.7"),
        host("10.0.0.0/24", "10.0.1.7"),
      ],
      [false, false, true, false],
    );
    assert.deepEqual(
      [host("10.0.0.0/31", "10.0.0.0"), host("2001:db8::/64", "2001:db8::"), host("10.0.0.0/24", "::1")],
      [true, false, false],
    );
  });
});

describe("MAC addresses", () => {
  it("are OpenStack's, one an id, another with each attempt", () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        assert.match(macFor(id), /^fa:16:3e(:[0-9a-f]{2}){3}$/);
        assert.equal(macFor(id), macFor(id));
        assert.equal(canonicalMac(macFor(id)), macFor(id));
      }),
    );
    assert.notEqual(macFor("a", 0), macFor("a", 1));
  });

  it("are read in the usual spellings", () => {
    assert.equal(canonicalMac("FA-16-3E-00-00-01"), "fa:16:3e:00:00:01");
    for (const bad of ["fa:16:3e:00:00", "01:00:5e:00:00:01", "00:00:00:00:00:00", "fa:16:3e:00:00:0g", ""]) {
      assert.equal(canonicalMac(bad), undefined, bad);
    }
  });

  it("make SLAAC addresses as the kernel does", () => {
    assert.equal(slaacAddress(cidrOf("2001:db8:1::/64"), "fa:16:3e:12:34:56"), "2001:db8:1:0:f816:3eff:fe12:3456");
    assert.equal(eui64("00:00:00:00:00:01"), 0x020000fffe000001n);
  });
});

describe("names", () => {
  it("are valid for Kubernetes and OVN whatever the address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const name = ipAddressName("sub-1", canonicalAddress(text) ?? "");
        assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      }),
    );
    assert.equal(ipAddressName("s", "2001:db8::1"), "s.2001-db8--1");
    assert.equal(portGroupName("1c0f-22"), "pg_1c0f_22");
    assert.match(hashedUuid("a"), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(hashedUuid("a", "b"), hashedUuid("ab"));
  });
});
