// The Go module that builds our control plane from another release of Kubernetes: made from that release's own go.mod and go.sum.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Download {
  Dir: string;
  GoMod: string;
}

/** Kubernetes' go.mod finds its own libraries in its source tree; a module that requires it finds them as modules, v1.35.4's as v0.35.4. */
function moduleFile(version: string, own: string): string {
  const library = version.replace(/^v1\./, "v0.");
  const replaced = own.replace(/^(\s+)(\S+) => \.\/staging\/\S+$/gm, `$1$2 => $2 ${library}`);
  const required = replaced.replace(/^module .*$/m, "module kumulus.cloud/engines/kubernetes");
  return `${required}\nrequire k8s.io/kubernetes ${version}\n`;
}

/** Writes it to `target`, with the programs' source of hack/engines/kubernetes. */
export function writeKubernetesModule(version: string, source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  const said = execFileSync("go", ["mod", "download", "-json", `k8s.io/kubernetes@${version}`], { cwd: target, encoding: "utf8" });
  const { Dir: directory, GoMod: file } = JSON.parse(said) as Download;
  writeFileSync(join(target, "go.mod"), moduleFile(version, readFileSync(file, "utf8")));
  for (const name of ["main.go", "collector.go"]) cpSync(join(source, name), join(target, name));
  writeFileSync(join(target, "go.sum"), readFileSync(join(directory, "go.sum")));
}
