// The one sentence: what is not ready first, and what it waits for. Pure.
import { isReady, type Line } from "./line.ts";

const all = (line: Line): Line[] => [line, ...line.children.flatMap(all)];

/** Of all that is not ready the one whose turn comes first; undefined when everything is. */
export function firstUnready(root: Line): Line | undefined {
  const unready = all(root).filter((line) => !isReady(line));
  return unready.reduce<Line | undefined>((first, line) => (first === undefined || line.stage < first.stage ? line : first), undefined);
}

const because = ({ why }: Line) => (why ? `: ${why}` : "");
const withStop = (sentence: string) => (/[.?!]$/.test(sentence) ? sentence : `${sentence}.`);

export function sentence(root: Line): string {
  const cause = firstUnready(root);
  if (!cause) return `${root.what} is ready, and so is all that belongs to it.`;
  if (cause === root) return withStop(`${root.what} is not ready${because(root)}`);
  const known = root.state === "ready" ? `${root.what} is ready, though ${cause.what} is not` : `${root.what} waits for ${cause.what}`;
  // What is missing can not say why; whoever should make it may.
  const told = cause.state === "absent" && root.why ? ` (${root.what.split(" ")[0]} says ${root.why})` : "";
  return withStop(`${known}${because(cause)}${told}`);
}
