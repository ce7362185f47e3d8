// Gauges of what a role depends on: databases, certificates, the room for images. They are read when somebody asks for the metrics.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { Gauge, type Registry } from "prom-client";

/** By name of the database: whether our copy is complete and follows. */
export function databaseMetrics(registry: Registry, synced: Readonly<Record<string, () => boolean>>): void {
  new Gauge({
    name: "kumulus_ovn_synced",
    help: "1 while the connection to the OVN database stands and its copy is complete.",
    labelNames: ["database"],
    registers: [registry],
    collect() {
      for (const [database, is] of Object.entries(synced)) this.set({ database }, is() ? 1 : 0);
    },
  });
}

/** By name of the certificate: when it ends; it has no value while that is not known. */
export function certificateMetrics(registry: Registry, ends: Readonly<Record<string, () => Date | undefined>>): void {
  new Gauge({
    name: "kumulus_certificate_expiry_timestamp_seconds",
    help: "When the certificate ends, in seconds since 1970.",
    labelNames: ["certificate"],
    registers: [registry],
    collect() {
      for (const [certificate, end] of Object.entries(ends)) {
        const date = end();
        if (date) this.set({ certificate }, date.getTime() / 1000);
        else this.remove({ certificate });
      }
    },
  });
}

/** End of the certificate in a PEM file; undefined when it can not be read. */
export function endOfCertificate(path: string): Date | undefined {
  try {
    return new Date(new X509Certificate(readFileSync(path)).validTo);
  } catch {
    return undefined;
  }
}

/** Room of the file system that holds the bytes of images. */
export function imageStoreMetrics(registry: Registry, directory: string): void {
  const registers = [registry];
  const size = new Gauge({ name: "kumulus_image_store_size_bytes", help: "Size of the file system with the images.", registers });
  new Gauge({
    name: "kumulus_image_store_free_bytes",
    help: "Free room of the file system with the images.",
    registers,
    async collect() {
      const { blocks, bavail, bsize } = await statfs(directory);
      size.set(blocks * bsize);
      this.set(bavail * bsize);
    },
  });
}
