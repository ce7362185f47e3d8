// The commands of the command line. Each is loaded only when it is asked for, since the roles start from the same program.
import type { Command, Surroundings } from "./command.ts";

interface Entry {
  /** One line of the help. */
  summary: string;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, Entry>> = {
  bootstrap: {
    summary: "fills a new cloud with users, flavors and networks",
    load: async () => (await import("./bootstrap.ts")).bootstrapCommand,
  },
  doctor: {
    summary: "checks whether a cluster is fit for Kumulus",
    load: async () => (await import("./doctor/command.ts")).doctorCommand,
  },
  explain: {
    summary: "shows an object's chain by its OpenStack id, and what it waits for",
    load: async () => (await import("./explain/command.ts")).explainCommand,
  },
  backup: {
    summary: "writes all objects and secrets of the cloud into one encrypted archive",
    load: async () => (await import("./backup/backup-command.ts")).backupCommand,
  },
  restore: {
    summary: "brings a cloud back from an archive, with the same OpenStack ids",
    load: async () => (await import("./backup/restore-command.ts")).restoreCommand,
  },
  identity: {
    summary: "imports users, projects, roles and grants from a Keystone",
    load: async () => (await import("./identity/command.ts")).identityCommand,
  },
  selftest: {
    summary: "boots a server as a user of the cloud and deletes it again",
    load: async () => (await import("./selftest.ts")).selftestCommand,
  },
};

export const isCommand = (name: string): boolean => Object.hasOwn(commands, name);

/** Resolves with the exit code. What the world refuses is said without a stack; wrong arguments reject with TypeError. */
export async function runCommand(name: string, argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const command = await commands[name]?.load();
  if (!command) throw new TypeError(`no such command: "${name}"`);
  try {
    return await command(argv, surroundings);
  } catch (error) {
    // A KumulusError, or one of the operating system.
    if (error instanceof TypeError || !(error instanceof Error && "code" in error)) throw error;
    surroundings.complain(`${name}: ${error.message}`);
    return 1;
  }
}
