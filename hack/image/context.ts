// The build context that `make image` sends: the sources, and with them what the Dockerfile would otherwise fetch.
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "./bases.ts";

interface Lock {
  packages: Record<string, { dev?: boolean; optional?: boolean }>;
}

/** Folders that go in with their dependencies: the bundler. */
const bundler = ["node_modules/esbuild", "node_modules/@esbuild"];

/** Paths of the packages that the program needs, from a package-lock.json. Packages within packages go with them. */
export function runtimePackages({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { dev }]) => (path.lastIndexOf("node_modules/") === 0 && !dev ? [path] : []));
}

/** Sources as they are now, committed or not. */
function sources(root: string): string[] {
  const listed = must("git", ["-C", root, "ls-files", "--cached", "--others", "--exclude-standard"]).split("\n");
  // Inside the engine .dockerignore would take node_modules out again.
  return listed.filter(
    (path) => path !== "" && path !== ".dockerignore" && !/^(bench|charts|docs|e2e)\//.test(path) && existsSync(join(root, path)),
  );
}

/** Writes the context as a tar to a file in `folder`. `rootfs` is a folder that holds one of that name. */
export function writeContext(root: string, rootfs: string, folder: string): string {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  // A checkout may have its node_modules elsewhere, behind a link.
  const installed = dirname(realpathSync(join(root, "node_modules")));
  const libraries = [...runtimePackages(lock), ...bundler].filter((path) => existsSync(join(installed, path)));
  const list = (name: string, paths: readonly string[]) => {
    writeFileSync(join(folder, name), paths.join("\n"));
    return ["--files-from", join(folder, name)];
  };
  const sbom = must("npm", ["--prefix", root, "sbom", "--omit=dev", "--sbom-format=spdx", "--package-lock-only"]);
  writeFileSync(join(folder, "sbom.spdx.json"), sbom);
  const archive = join(folder, "context.tar");
  const parts = [
    ["-C", root, ...list("sources.txt", sources(root))],
    ["-C", installed, ...list("libraries.txt", libraries)],
    ["-C", folder, "sbom.spdx.json"],
    ["-C", rootfs, "rootfs"],
  ];
  must("tar", ["--create", "--file", archive, ...parts.flat()]);
  return archive;
}
