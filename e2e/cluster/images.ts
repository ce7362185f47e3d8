// The images of the tests' cluster, made on this machine: pause for the pods' sandboxes, busybox for the tests.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Image, writeBusyboxRoot, writeImageArchive } from "./image-archive.ts";
import { run } from "./shell.ts";

export const pauseImage = "kumulus.test/pause:1";
export const busyboxImage = "kumulus.test/busybox:1";

function writePauseRoot(folder: string): void {
  // Outside of a module Go needs to be told so.
  const settings = ["CGO_ENABLED=0", "GO111MODULE=off", "GOFLAGS="];
  const build = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", join(folder, "pause"), join(import.meta.dirname, "pause/main.go")];
  run("env", [...settings, ...build], { timeoutMs: 120_000 });
}

const images: readonly { image: Image; write: (folder: string) => void }[] = [
  { image: { name: pauseImage, entrypoint: ["/pause"], user: "65534:65534" }, write: writePauseRoot },
  { image: { name: busyboxImage, entrypoint: ["/bin/sh"] }, write: writeBusyboxRoot },
];

/** Writes the archives into `directory`; returns their paths. */
export function writeImages(directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  return images.map(({ image, write }, index) => {
    const root = mkdtempSync(join(directory, "root-"));
    const archive = join(directory, `${index}.tar`);
    write(root);
    writeImageArchive(image, root, archive);
    rmSync(root, { recursive: true });
    return archive;
  });
}
