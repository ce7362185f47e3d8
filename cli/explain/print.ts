// An explanation as text: a tree with one line a thing, and the sentence. Pure.
import { sentence } from "./cause.ts";
import type { Line, State } from "./line.ts";

const marks: Record<State, string> = { ready: "ready", waiting: "NOT READY", absent: "ABSENT", unknown: "-" };

const text = ({ what, state, shows, why }: Line) => `${what}  ${[marks[state], shows].filter(Boolean).join("  ")}${why ? `  ${why}` : ""}`;

/** `first` stands before the line itself, `rest` before all that belongs to it. */
function tree(line: Line, first: string, rest: string): string[] {
  const { children, events } = line;
  const bar = children.length > 0 ? "│" : " ";
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return tree(child, `${rest}${isLast ? "└─ " : "├─ "}`, `${rest}${isLast ? "   " : "│  "}`);
  });
  return [`${first}${text(line)}`, ...events.map((event) => `${rest}${bar}    ${event}`), ...below];
}

export function printed(root: Line, problems: readonly string[]): string {
  const unseen = problems.map((problem) => `Could not look at ${problem}`);
  return [...tree(root, "", ""), "", ...unseen, sentence(root)].join("\n");
}
