// Whether the API server answers, and with a version that Kumulus is tested with.
import { defineCheck } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

const major = 1;
const oldestMinor = 34;
const newestMinor = 37;

interface Version {
  /** With a leading v, and whatever the distribution adds. */
  gitVersion: string;
}

export function judgeVersion({ gitVersion }: Version): Judgement[] {
  const supported = `${major}.${oldestMinor} to ${major}.${newestMinor}`;
  const [, first, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  if (Number(first) !== major || minor === undefined) return [fail(`${gitVersion} is not known`, `use Kubernetes ${supported}`)];
  if (Number(minor) < oldestMinor) return [fail(`${gitVersion} is too old`, `upgrade to Kubernetes ${supported}`)];
  if (Number(minor) > newestMinor) return [warn(`${gitVersion} is newer than what was tested`, `Kubernetes ${supported} were`)];
  return [ok(gitVersion)];
}

export const kubernetesCheck = defineCheck({
  name: "kubernetes",
  gather: async ({ client }) => (await client.request("GET", "/version")).body as Version,
  judge: judgeVersion,
});
