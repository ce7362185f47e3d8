// `make conformance SERVICES="compute network"`: OpenStack's own test suite (Tempest, from Debian) against the running cloud INSTANCE.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { accountsFile, administrator, ensureAccounts, ensureAdministrators } from "./conformance/accounts.ts";
import { countByService, markdown, parseLine, type Result } from "./conformance/report.ts";
import { cloud, idOf, instance, root } from "./conformance/shell.ts";
import { type CloudFacts, lockoutAttempts, lockoutSeconds, tempestConf, uniquePasswords } from "./conformance/tempest-conf.ts";
import { installPackages, missingPackages } from "./setup/apt.ts";

const known = ["compute", "identity", "image", "network", "volume"];
/** Each worker of Tempest takes up to two accounts. */
const workers = 2;

function wantedServices(): string[] {
  const services = (process.env.SERVICES ?? "").split(/[\s,]+/).filter(Boolean);
  const unknown = services.filter((service) => !known.includes(service));
  if (unknown.length > 0) throw new Error(`no such service: ${unknown.join(", ")}; SERVICES may have ${known.join(", ")}`);
  return services.length > 0 ? services : known;
}

function factsOf(folder: string): CloudFacts {
  const config = JSON.parse(readFileSync(join(root, `.kumulus/${instance}/instance.json`), "utf8")) as { hypervisor: string };
  return {
    folder,
    identityURL: cloud('echo "$OS_AUTH_URL"'),
    adminPassword: administrator().password,
    imageID: idOf("image", "guest"),
    flavorID: idOf("flavor", "m1.tiny"),
    otherFlavorID: idOf("flavor", "m1.small"),
    externalNetworkID: idOf("network", "public"),
    hasGuests: config.hypervisor === "qemu",
  };
}

/** Tempest finds the tests of Keystone's own plugin where it is installed. */
const packagesFor = (services: readonly string[]) => ["tempest", ...(services.includes("identity") ? ["keystone-tempest-plugin"] : [])];

/** Names of the tests of the services. */
function testsOf(services: readonly string[]): string {
  const own = `^tempest\\.api\\.(${services.join("|")})\\.`;
  return services.includes("identity") ? `${own}|^keystone_tempest_plugin\\.tests\\.(api|rbac)\\.` : own;
}

async function prepare(folder: string, services: readonly string[]): Promise<void> {
  const missing = missingPackages(packagesFor(services));
  if (missing.length > 0) {
    console.log("installing Tempest …");
    installPackages(missing);
  }
  rmSync(folder, { recursive: true, force: true });
  for (const part of ["logs", "lock"]) mkdirSync(join(folder, part), { recursive: true });
  setCompliance();
  console.log("accounts and networks …");
  const accounts = [...(await ensureAccounts(2 * workers)), ...(await ensureAdministrators(workers - 1)), administrator()];
  writeFileSync(join(folder, "accounts.yaml"), accountsFile(accounts), { mode: 0o600 });
  writeFileSync(join(folder, "tempest.conf"), tempestConf(factsOf(folder)), { mode: 0o600 });
  const tests = "/usr/lib/python3/dist-packages/tempest";
  const stestr = ["[DEFAULT]", `test_path=${tests}/test_discover`, `top_dir=${tests}`, "group_regex=([^\\.]*\\.)*", ""];
  writeFileSync(join(folder, ".stestr.conf"), stestr.join("\n"));
}

/** The settings that the tests of the security compliance need, in the ConfigMap `keystone`; other settings stay as they are. */
function setCompliance(): void {
  const data = {
    lockout_failure_attempts: String(lockoutAttempts),
    lockout_duration: String(lockoutSeconds),
    unique_last_password_count: String(uniquePasswords),
  };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "keystone", namespace: "kumulus-system" }, data };
  cloud("kubectl apply --server-side --field-manager=conformance -f - >/dev/null", { input: JSON.stringify(map) });
}

/** All that Tempest prints goes to `tempest.txt`, a line for each test to the person who waits. */
async function run(folder: string, services: readonly string[]): Promise<Result[]> {
  const regex = process.env.TESTS ?? testsOf(services);
  const argv = ["run", "--config-file", join(folder, "tempest.conf"), "--regex", regex, "--concurrency", String(workers)];
  // Debian's Tempest belongs to Debian's Python, whichever is first on the PATH.
  const env = { ...process.env, PATH: `/usr/bin:/bin:/usr/sbin:/sbin` };
  const child = spawn("/usr/bin/tempest", argv, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const results: Result[] = [];
  const all = createWriteStream(join(folder, "tempest.txt"));
  for await (const line of createInterface({ input: child.stdout })) {
    all.write(`${line}\n`);
    const result = parseLine(line);
    if (!result) continue;
    results.push(result);
    if (result.verdict !== "skipped") console.log(line);
  }
  await ended;
  all.end();
  return results;
}

async function main(): Promise<void> {
  if (!existsSync(join(root, `.kumulus/${instance}/openrc-admin`)))
    throw new Error(`the cloud ${instance} is not there: make up INSTANCE=${instance}`);
  const services = wantedServices();
  const folder = join(root, "build/conformance", instance);
  await prepare(folder, services);
  const results = await run(folder, services);
  if (results.length === 0) throw new Error(`Tempest ran no test; see ${folder}/tempest.txt`);
  const counts = countByService(results);
  writeFileSync(join(folder, "summary.json"), `${JSON.stringify({ services, counts, results }, null, 2)}\n`);
  writeFileSync(join(folder, "summary.md"), markdown(results));
  console.log(`\n${markdown(results).split("\n## Failed")[0]}\ndetails: ${folder}/summary.md, tempest.txt, logs/tempest.log`);
  if (results.some(({ verdict }) => verdict === "failed")) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(`conformance: ${error.message}`);
  process.exitCode = 2;
});
