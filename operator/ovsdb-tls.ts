// The TLS files of the settings for OVN's databases, read.
import { readFileSync } from "node:fs";
import type { TlsOptions } from "../clients/ovsdb/remote.ts";
import type { Settings } from "./settings.ts";

/** Throws when a file can not be read. */
export const readTLS = ({ ca, cert, key }: Record<"ca" | "cert" | "key", string>): TlsOptions => ({
  ca: readFileSync(ca, "utf8"),
  cert: readFileSync(cert, "utf8"),
  key: readFileSync(key, "utf8"),
});

/** Undefined for `tcp:` and `unix:` remotes. */
export const ovsdbTLS = ({ ovn: { tls } }: Settings): TlsOptions | undefined => tls && readTLS(tls);
