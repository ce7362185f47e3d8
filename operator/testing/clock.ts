// A wall clock that a test sets while processes run by it, by Debian's libfaketime. Their monotonic clock goes on as the kernel's does.
import { globSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface TestClock {
  /** Variables of the processes that live by it. */
  env: Readonly<Record<string, string>>;
  /** So many hours before (negative) or after the machine's clock. */
  set(hours: number): void;
}

export function testClock(directory: string): TestClock {
  const [library] = globSync("/usr/lib/*/faketime/libfaketime.so.1");
  if (library === undefined) throw new Error("libfaketime is missing: apt-get install libfaketime");
  const file = join(directory, "clock");
  const set = (hours: number) => {
    writeFileSync(`${file}.new`, `${hours < 0 ? "" : "+"}${hours}h\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", DONT_FAKE_MONOTONIC: "1" };
  return { env, set };
}
