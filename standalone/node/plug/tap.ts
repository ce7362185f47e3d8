// Tap devices in the instance's network namespace. A tap outlives the QEMU that uses it.

import { run } from "../../../clients/programs/run.ts";
import { isCode } from "../../../domain/errors.ts";

export interface Taps {
  /** Idempotent. */
  make(name: string, mtu: number): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
}

/** `netns` undefined: the agent's own namespace. */
export function taps(netns: string | undefined): Taps {
  const ip = (...argv: string[]) => run("ip", netns === undefined ? argv : ["-n", netns, ...argv]);
  const ignoring = (words: RegExp) => (error: unknown) => {
    if (!isCode(error, "Unavailable") || !words.test(error.message)) throw error;
    return "";
  };
  return {
    async make(name, mtu) {
      await ip("tuntap", "add", "dev", name, "mode", "tap").catch(ignoring(/busy|exists/i));
      await ip("link", "set", "dev", name, "mtu", String(mtu), "up");
    },
    async remove(name) {
      await ip("link", "delete", "dev", name).catch(ignoring(/Cannot find device/));
    },
    async list() {
      const links = JSON.parse((await ip("-json", "link", "show", "type", "tun")) || "[]") as { ifname?: string }[];
      return links.flatMap(({ ifname }) => (ifname?.startsWith("tap") ? [ifname] : []));
    },
  };
}
