// Writes a config drive as an ISO 9660 file, which guests find by its label.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../../clients/programs/run.ts";
import type { ConfigDriveFiles } from "./content.ts";

export const configDriveLabel = "config-2";

/** The file at `path` is whole or absent. */
export async function writeConfigDrive(path: string, files: ConfigDriveFiles): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(`${path}.`);
  try {
    const root = join(folder, "root");
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    const image = join(folder, "image.iso");
    await run("genisoimage", ["-quiet", "-output", image, "-volid", configDriveLabel, "-joliet", "-rock", "-input-charset", "utf-8", root]);
    await rename(image, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
