// Runs a command of the command line inside the test, on a control plane of the test.
import type { ControlPlane } from "../../../operator/testing/control-plane.ts";
import { runCommand } from "../../commands.ts";

/** Its exit code, and what it printed and complained about. */
export async function run(plane: ControlPlane, name: string, ...argv: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const surroundings = { readSettings: async () => undefined, print: say, complain: say };
  const code = await runCommand(name, [...argv, "--kubeconfig", plane.kubeconfig], surroundings);
  return { code, output: lines.join("\n") };
}
