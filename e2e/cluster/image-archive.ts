// Makes a docker-archive (manifest.json, config, one layer) from a folder, without a registry or an engine. The same folder gives the same bytes.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./shell.ts";

export interface Image {
  /** Such as `kumulus.test/busybox:1`. */
  name: string;
  entrypoint: readonly string[];
  /** `uid:gid`; root when absent. */
  user?: string;
}

/** Nothing of the builder's machine goes into the archive: neither times nor owners nor the order of a directory. */
const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];

/** The image's config (OCI image-spec, "Image Configuration"). */
export function imageConfig({ entrypoint, user = "" }: Image, layerSha256: string): string {
  return JSON.stringify({
    created: new Date(0).toISOString(),
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: { Entrypoint: entrypoint, User: user, Env: ["PATH=/bin:/usr/bin"], WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: [`sha256:${layerSha256}`] },
  });
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest("hex");

/** Writes `archive` (a .tar) from what is in `folder`. */
export function writeImageArchive(image: Image, folder: string, archive: string): void {
  mkdirSync(dirname(archive), { recursive: true });
  const scratch = mkdtempSync(`${archive}.`);
  try {
    const layer = join(scratch, "layer.tar");
    run("tar", [...reproducible, "-C", folder, "-cf", layer, "."]);
    const layerSum = sha256(readFileSync(layer));
    const config = imageConfig(image, layerSum);
    const configName = `${sha256(config)}.json`;
    writeFileSync(join(scratch, configName), config);
    writeFileSync(join(scratch, "manifest.json"), JSON.stringify([{ Config: configName, RepoTags: [image.name], Layers: ["layer.tar"] }]));
    const whole = join(scratch, "whole.tar");
    run("tar", [...reproducible, "-C", scratch, "-cf", whole, "manifest.json", configName, "layer.tar"]);
    renameSync(whole, archive);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A folder with Debian's static busybox under all its names, and somebody to run as. */
export function writeBusyboxRoot(folder: string): void {
  for (const directory of ["bin", "etc", "tmp", "www"]) mkdirSync(join(folder, directory), { recursive: true });
  cpSync("/bin/busybox", join(folder, "bin/busybox"));
  const names = run("/bin/busybox", ["--list"]).split("\n");
  for (const name of names) if (name !== "" && name !== "busybox") symlinkSync("busybox", join(folder, "bin", name));
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n");
}
