// `make e2e-image`: runs the image's stories where containers and the test control plane share a loopback: in the network namespace of the Docker engine.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { engineNamespace, findOrStartEngine } from "../../hack/image/engine.ts";
import { buildImages } from "../../hack/image.ts";

const root = join(import.meta.dirname, "../..");

const version = await buildImages(console.log);
const engine = await findOrStartEngine();
try {
  const own = existsSync(engineNamespace);
  const mocha = [process.execPath, join(root, "node_modules/mocha/bin/mocha.js"), "--timeout", "120000", join(root, "e2e/image/*.test.ts")];
  const [program = "", ...argv] = own ? ["nsenter", `--net=${engineNamespace}`, ...mocha] : mocha;
  // The helper container that testcontainers would start can not be pulled without a registry.
  const env = { ...process.env, DOCKER_HOST: engine.host, TESTCONTAINERS_RYUK_DISABLED: "true", IMAGE: `kumulus:${version}` };
  process.exitCode = spawnSync(program, argv, { stdio: "inherit", env }).status ?? 1;
} finally {
  await engine.stop();
}
