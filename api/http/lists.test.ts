// Pages, sort orders, filters, fields, queries: what a list makes of its query.
import assert from "node:assert/strict";
import fc from "fast-check";
import { filtered, withFields } from "./filtering.ts";
import { originOf } from "./links.ts";
import { limitOf, pageLinks, pageOf } from "./paging.ts";
import { booleanOf, lastValueOf, parseQuery, valuesOf } from "./query.ts";
import { sorted, sortOrder } from "./sorting.ts";

interface Item {
  id: string;
  name: string;
  size: number | null;
}
const id = (item: Item) => item.id;
const items: Item[] = [
  { id: "1", name: "b", size: 5 },
  { id: "2", name: "a", size: null },
  { id: "3", name: "b", size: 1 },
];

describe("lists", () => {
  it("read a query", () => {
    const query = parseQuery("a=1&b=x%20y&a=2&c=");
    assert.deepEqual(
      [valuesOf(query, "a"), lastValueOf(query, "a"), lastValueOf(query, "b"), lastValueOf(query, "c"), lastValueOf(query, "d")],
      [["1", "2"], "2", "x y", "", undefined],
    );
    assert.equal(lastValueOf(parseQuery("__proto__=1"), "__proto__"), "1");
    assert.deepEqual(
      ["True", "1", "no", undefined].map((text) => booleanOf(text)),
      [true, true, false, undefined],
    );
    assert.throws(() => booleanOf("maybe", "deleted"), /deleted/);
  });

  it("walk through all pages, each item once, whatever the page size", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (ids, limit) => {
        const seen: string[] = [];
        let marker: string | undefined;
        do {
          const page = pageOf(ids, { limit, marker, id: (each) => each });
          seen.push(...page.items);
          marker = page.next;
        } while (marker !== undefined);
        assert.deepEqual(seen, ids);
      }),
    );
  });

  it("refuse unknown markers and odd limits", () => {
    assert.throws(() => pageOf(items, { limit: 1, marker: "9", id }), /marker \[9\] not found/);
    for (const text of ["-1", "x", "1.5", "99999999999"]) assert.throws(() => limitOf(text), /limit/);
    assert.deepEqual(pageOf(items, { limit: 0, marker: undefined, id }), { items: [], next: undefined });
  });

  it("link to the next page and keep the rest of the query", () => {
    const request = { url: (path: string) => `http://c/compute${path}`, path: "/v2.1/servers", rawQuery: "limit=1&name=a%26b&marker=0" };
    assert.deepEqual(pageLinks(request, "servers", { items, next: "1" }), {
      servers_links: [{ rel: "next", href: "http://c/compute/v2.1/servers?limit=1&name=a%26b&marker=1" }],
    });
    assert.deepEqual(pageLinks(request, "servers", { items, next: undefined }), {});
  });

  it("sort by several keys, empty values first", () => {
    const options = { allowed: ["name", "size"], fallback: [], descending: false };
    const by = (text: string) => sorted(items, sortOrder(parseQuery(text), options), (item, key) => item[key as "name"], id).map(id);
    assert.deepEqual(by("sort_key=name&sort_key=size"), ["2", "3", "1"]);
    assert.deepEqual(by("sort_key=name&sort_dir=desc&sort_key=size&sort_dir=asc"), ["3", "1", "2"]);
    assert.deepEqual(by("sort=size:desc"), ["1", "3", "2"]);
    assert.throws(() => by("sort_key=secret"), /secret/);
    assert.throws(() => by("sort=name:up"), /up/);
  });

  it("filter on fields and choose them", () => {
    const views = [
      { id: "1", shared: true, tags: ["x"], fixed: null },
      { id: "2", shared: false, tags: [], fixed: "a" },
    ];
    const ids = (text: string) => filtered(views, parseQuery(text), ["id", "shared", "tags", "fixed"]).map((view) => view.id);
    assert.deepEqual(
      [ids(""), ids("id=1&id=2"), ids("shared=True"), ids("tags=x"), ids("fixed="), ids("id=1&shared=false")],
      [["1", "2"], ["1", "2"], ["1"], ["1"], ["1"], []],
    );
    assert.deepEqual(withFields(views[0] ?? {}, parseQuery("fields=id&fields=shared&fields=none")), { id: "1", shared: true });
  });

  it("follow the address that the client used", () => {
    const cases: [headers: Record<string, string>, expected: string][] = [
      [{ host: "cloud:8774" }, "http://cloud:8774"],
      [
        { host: "inner:1", "x-forwarded-host": "api.example.org", "x-forwarded-proto": "https", "x-forwarded-prefix": "/os/" },
        "https://api.example.org/os",
      ],
      [{ host: "[::1]:80" }, "http://[::1]:80"],
      [{ host: "evil/<script>" }, "http://fallback:1"],
      [{ host: "a", "x-forwarded-host": "b c", "x-forwarded-proto": "javascript" }, "http://a"],
      [{}, "http://fallback:1"],
    ];
    for (const [headers, expected] of cases) assert.equal(originOf(headers, false, "fallback:1"), expected);
  });
});
