// `node e2e/cluster/run.ts up|down [name [2]]`: a real Kubernetes node for tests, on this machine.
import { down } from "./down.ts";
import { layoutOf } from "./layout.ts";
import { up } from "./up.ts";

const [command = "", name = "e2e", nodes] = process.argv.slice(2);
try {
  const layout = layoutOf(name);
  if (command === "up") await up(layout, console.log, { nodes: nodes === "2" ? 2 : 1 });
  else if (command === "down") await down(layout);
  else throw new Error("usage: node e2e/cluster/run.ts up|down [name [2]]: 2 for two nodes");
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
