// The one sentence: what is not ready first, and what it waits for. Pure.
import { isReady, type Line, stages } from "./line.ts";

const all = (line: Line): Line[] => [line, ...line.children.flatMap(all)];

/** Controllers say nothing of an object in its first moment, but make what it needs: then it is not unseen. */
function isUnseen(root: Line): boolean {
  return root.stage === stages.unseen && !all(root).some(({ stage, state }) => stage >= stages.disk && state !== "absent");
}

/** Of all that is not ready the one whose turn comes first; undefined when everything is. */
export function firstUnready(root: Line): Line | undefined {
  if (isUnseen(root)) return root;
  const ofRoot = root.stage === stages.unseen ? { ...root, stage: stages.own } : root;
  const unready = [ofRoot, ...root.children.flatMap(all)].filter((line) => !isReady(line) && !(root.failed && line.state === "absent"));
  const first = unready.reduce<Line | undefined>((best, line) => (best === undefined || line.stage < best.stage ? line : best), undefined);
  return first === ofRoot ? root : first;
}

const because = ({ why }: Line) => (why ? `: ${why}` : "");
const withStop = (sentence: string) => (/[.?!]$/.test(sentence) ? sentence : `${sentence}.`);

export function sentence(root: Line): string {
  const cause = firstUnready(root);
  if (!cause) return `${root.what} is ready, and so is all that belongs to it.`;
  if (cause === root) return withStop(`${root.what} is not ready${because(root)}`);
  const shown = cause.shows && ` (${cause.shows})`;
  const known =
    root.state === "ready" ? `${root.what} is ready, though ${cause.what}${shown} is not` : `${root.what} waits for ${cause.what}${shown}`;
  // What is missing can not say why; whoever should make it may.
  const told = cause.state === "absent" && root.why && root.stage !== stages.unseen ? ` (${root.what.split(" ")[0]} says ${root.why})` : "";
  return withStop(`${known}${because(cause)}${told}`);
}
