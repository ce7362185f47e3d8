// When an object was made, as the APIs show it.
import assert from "node:assert/strict";
import { createdAnnotation, createdAt } from "./id.ts";

describe("createdAt", () => {
  const made = "2026-01-01T00:00:00Z";
  const object = (noted?: string) => ({
    apiVersion: "v1",
    kind: "X",
    metadata: { name: "x", creationTimestamp: made, ...(noted !== undefined && { annotations: { [createdAnnotation]: noted } }) },
  });

  it("is the API server's time, or the one of the object that it was restored from", () => {
    assert.equal(createdAt(object()), made);
    assert.equal(createdAt(object("2020-02-03T04:05:06Z")), "2020-02-03T04:05:06Z");
    assert.equal(createdAt({ apiVersion: "v1", kind: "X", metadata: { name: "x" } }), "");
  });

  it("is never what is no time", () => {
    for (const noted of ["", "yesterday", "2020-13-40T00:00:00Z", "2020-01-01", "2020-01-01T00:00:00+01:00"])
      assert.equal(createdAt(object(noted)), made, noted);
  });
});
