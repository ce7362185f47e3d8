// The TLS files of the settings for OVN's databases, read.
import { readFileSync } from "node:fs";
import type { TlsOptions } from "../clients/ovsdb/remote.ts";
import type { Settings } from "./settings.ts";

/** Undefined for `tcp:` and `unix:` remotes. Throws when a file can not be read. */
export function ovsdbTLS({ ovn: { tls } }: Settings): TlsOptions | undefined {
  return tls && { ca: readFileSync(tls.ca, "utf8"), cert: readFileSync(tls.cert, "utf8"), key: readFileSync(tls.key, "utf8") };
}
