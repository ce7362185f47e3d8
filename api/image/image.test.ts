// The pure parts of Glance: lists, patches, ranges.
import assert from "node:assert/strict";
import type { KumulusError } from "../../domain/errors.ts";
import { idLabel } from "../../domain/id.ts";
import type { Image } from "../../models/image/image.ts";
import { anonymous } from "../http/auth.ts";
import { parseQuery } from "../http/query.ts";
import { listImages } from "./list.ts";
import { applyPatch } from "./patch.ts";
import { rangeOf } from "./range.ts";
import type { PatchOperation } from "./schema.ts";
import { viewImage } from "./views.ts";

function image(id: string, spec: Image["spec"] = {}, status: Image["status"] = { phase: "active", sizeBytes: 10 }): Image {
  const metadata = {
    name: `image-${id}`,
    namespace: "kumulus-demo",
    labels: { [idLabel]: id },
    creationTimestamp: `2026-01-0${id}T00:00:00Z`,
  };
  return { apiVersion: "image.kumulus.cloud/v1alpha1", kind: "Image", metadata, spec: { displayName: `i${id}`, ...spec }, status };
}

const images = [
  image("1", { tags: ["a", "b"], diskFormat: "raw" }),
  image("2", { hidden: true }),
  image("3", { visibility: "public", protected: true, properties: { os_distro: "debian" } }, { phase: "active", sizeBytes: 99 }),
  image("4", { visibility: "community", displayName: "x, y" }, { phase: "queued" }),
];

interface Listed {
  images: { id: string }[];
  first: string;
  next?: string;
}

function list(rawQuery: string, project = "p"): Listed {
  const auth = { ...anonymous, project: { id: "p", name: "p", tenant: "p", namespace: "kumulus-p", domainId: "d" } };
  return listImages(
    images.map((each) => viewImage(each, project)),
    { query: parseQuery(rawQuery), rawQuery, auth },
  ) as Listed;
}

describe("image lists", () => {
  const cases: [why: string, query: string, ids: string][] = [
    ["newest first, hidden ones left out", "", "431"],
    ["hidden ones", "os_hidden=true", "2"],
    ["by name", "name=i1", "1"],
    ["by several names, quoted where they have commas", `name=${encodeURIComponent('in:"x, y",i1')}`, "41"],
    ["by all of several tags", "tag=a&tag=b", "1"],
    ["by a tag too many", "tag=a&tag=c", ""],
    ["by visibility", "visibility=public", "3"],
    ["by size", "size_min=50", "3"],
    ["by a boolean", "protected=True", "3"],
    ["by a property", "os_distro=debian", "3"],
    ["by time", "created_at=lt:2026-01-03T00:00:00Z", "1"],
    ["in another order", "sort=name:asc", "134"],
    ["in an order by two keys", "sort_key=status&sort_dir=desc&sort_key=name&sort_dir=asc", "413"],
  ];
  for (const [why, query, ids] of cases) {
    it(why, () =>
      assert.equal(
        list(query)
          .images.map(({ id }) => id)
          .join(""),
        ids,
      ),
    );
  }

  it("do not show others' community images unless asked for", () => {
    assert.equal(
      list("", "other").images.some(({ id }) => id === "4"),
      false,
    );
    assert.deepEqual(
      list("visibility=community", "other").images.map(({ id }) => id),
      ["4"],
    );
  });

  it("go on where the page ended", () => {
    const first = list("limit=2&sort=name:asc");
    assert.equal(first.next, "/v2/images?limit=2&sort=name%3Aasc&marker=3");
    const rest = list(first.next?.split("?")[1] ?? "");
    assert.deepEqual([rest.images.map(({ id }) => id), rest.next], [["4"], undefined]);
  });

  for (const query of [
    "limit=-1",
    "marker=none",
    "sort_key=owner",
    "visibility=secret",
    "created_at=lt:yesterday",
    "protected=maybe",
    "size_min=x",
  ]) {
    it(`refuse ${query}`, () =>
      assert.throws(
        () => list(query),
        (error: KumulusError) => error.status === 400,
      ));
  }
});

describe("image patches", () => {
  const patched = (spec: Image["spec"], ...operations: PatchOperation[]) => {
    const draft = image("1", spec, { phase: "active" });
    applyPatch(draft, operations);
    return draft.spec;
  };

  it("may be written as version 2.0 of the media type has it", () => {
    const draft = image("1", { properties: { a: "1" } }, { phase: "active" });
    applyPatch(draft, [{ replace: "/protected", value: true }, { add: "/b", value: "2" }, { remove: "/a" }]);
    assert.deepEqual([draft.spec.protected, draft.spec.properties], [true, { b: "2" }]);
  });

  it("set, replace and remove", () => {
    const spec = patched(
      { properties: { a: "1", b: "2" } },
      { op: "replace", path: "/name", value: "new" },
      { op: "add", path: "/c~1d", value: "3" },
      { op: "replace", path: "/a", value: "4" },
      { op: "remove", path: "/b" },
      { op: "replace", path: "/tags", value: ["x", "x"] },
      { op: "replace", path: "/min_disk", value: 5 },
    );
    assert.deepEqual([spec.displayName, spec.properties, spec.tags, spec.minDiskGiB], ["new", { a: "4", "c/d": "3" }, ["x"], 5]);
  });

  const refused: [why: string, operation: PatchOperation, status: number][] = [
    ["a read-only field", { op: "replace", path: "/status", value: "active" }, 403],
    ["a reserved name", { op: "add", path: "/deleted", value: "x" }, 403],
    ["the format of bytes that are there", { op: "replace", path: "/disk_format", value: "raw" }, 403],
    ["a property that is not there", { op: "replace", path: "/none", value: "x" }, 409],
    ["removing what is not there", { op: "remove", path: "/none" }, 409],
    ["removing a base field", { op: "remove", path: "/name" }, 403],
    ["a wrong type", { op: "replace", path: "/min_disk", value: "x" }, 400],
    ["an unknown visibility", { op: "replace", path: "/visibility", value: "all" }, 400],
    ["a property that is no text", { op: "add", path: "/x", value: 5 }, 400],
    ["a path into a value", { op: "add", path: "/tags/-", value: "x" }, 400],
    ["no value", { op: "add", path: "/x" }, 400],
    ["a name from Object's prototype is a property like any other", { op: "replace", path: "/constructor", value: "x" }, 409],
  ];
  for (const [why, operation, status] of refused) {
    it(`answer ${status} to ${why}`, () =>
      assert.throws(
        () => patched({}, operation),
        (error: KumulusError) => error.status === status,
      ));
  }
});

describe("ranges", () => {
  const cases: [header: string | undefined, expected: [number, number] | undefined][] = [
    [undefined, undefined],
    ["bytes=0-9", [0, 9]],
    ["bytes=5-", [5, 99]],
    ["bytes=-10", [90, 99]],
    ["bytes=90-500", [90, 99]],
    ["bytes=-500", [0, 99]],
    ["bytes=0-1,5-6", undefined],
    ["bytes=9-5", undefined],
    ["lines=1-2", undefined],
  ];
  for (const [header, expected] of cases) {
    it(String(header), () => assert.deepEqual(rangeOf(header, 100), expected && { start: expected[0], end: expected[1] }));
  }
  it("past the end", () =>
    assert.throws(
      () => rangeOf("bytes=100-", 100),
      (error: KumulusError) => error.status === 416,
    ));
});
