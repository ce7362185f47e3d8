// `make setup`: Debian packages, built engines, guest image. Does only what is missing, so a second run takes a moment.
import { buildGuestImage } from "../standalone/guest-image/build.ts";
import { buildEngines, cacheDirectory } from "./engines.ts";
import { installPackages, missingPackages } from "./setup/apt.ts";
import { hostPackages } from "./setup/packages.ts";

const say = (line: string) => console.log(`  ${line}`);

function packages(): void {
  const missing = missingPackages(hostPackages);
  if (missing.length === 0) return;
  const started = Date.now();
  say(`installing ${missing.length} Debian packages: ${missing.join(" ")} …`);
  installPackages(missing);
  say(`packages installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

try {
  packages();
  buildEngines(say);
  await buildGuestImage({ cacheDirectory, say });
} catch (error) {
  console.error(`\nset-up: ${(error as Error).message}`);
  process.exitCode = 1;
}
