// The commands of the command line. Each is loaded only when it is asked for, since the roles start from the same program.
import type { Command } from "./command.ts";

interface Entry {
  /** One line of the help. */
  summary: string;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, Entry>> = {
  doctor: {
    summary: "checks whether a cluster is fit for Kumulus",
    load: async () => (await import("./doctor/command.ts")).doctorCommand,
  },
  explain: {
    summary: "shows an object's chain by its OpenStack id, and what it waits for",
    load: async () => (await import("./explain/command.ts")).explainCommand,
  },
};
