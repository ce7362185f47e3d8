// What the ConfigMap `keystone` may say, and what becomes of wrong values.
import assert from "node:assert/strict";
import { defaultSettings, readSettings } from "./settings.ts";

describe("identity settings", () => {
  it("have Keystone's defaults", () => {
    const { settings, complaints } = readSettings({}, defaultSettings);
    assert.deepEqual(settings, defaultSettings);
    assert.deepEqual(
      [settings.lockout_failure_attempts, settings.lockout_duration, settings.unique_last_password_count],
      [undefined, 1800, 0],
    );
    assert.deepEqual(complaints, []);
  });

  it("are read under Keystone's names", () => {
    const data = { lockout_failure_attempts: " 5\n", change_password_upon_first_use: "True", password_regex: "(?=.*\\d).{7,}$" };
    const { settings, complaints } = readSettings(data, defaultSettings);
    assert.deepEqual(complaints, []);
    assert.deepEqual([settings.lockout_failure_attempts, settings.change_password_upon_first_use], [5, true]);
    assert.deepEqual(
      ["short1", "long enough", "long enough 1"].map((password) => settings.password_regex?.test(password)),
      [false, false, true],
    );
  });

  for (const [key, value] of [
    ["lockout_failure_attempts", "0"],
    ["lockout_failure_attempts", "many"],
    ["lockout_duration", "1e3"],
    ["minimum_password_age", "-1"],
    ["change_password_upon_first_use", "maybe"],
    ["password_regex", "(((SECRET"],
  ] as const) {
    it(`keeps the last good value of ${key} instead of ${value}`, () => {
      const good = { lockout_failure_attempts: "7", lockout_duration: "60", minimum_password_age: "2", password_regex: "good" };
      const last = readSettings(good, defaultSettings).settings;
      const { settings, complaints } = readSettings({ ...good, [key]: value }, last);
      assert.deepEqual(settings, last);
      assert.equal(complaints.length, 1);
      assert.match(complaints[0] ?? "", new RegExp(`^${key} has to be `));
      assert.ok(!complaints[0]?.includes("SECRET"));
    });
  }

  it("takes good values beside wrong ones, and names keys that it does not know", () => {
    const { settings, complaints } = readSettings({ lockout_duration: "x", unique_last_password_count: "3", typo: "1" }, defaultSettings);
    assert.equal(settings.unique_last_password_count, 3);
    assert.deepEqual(complaints, [
      "typo is no option that is known here",
      "lockout_duration has to be a whole number from 1 on; it stays as it was",
    ]);
  });
});
