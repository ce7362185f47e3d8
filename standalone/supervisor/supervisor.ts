// The set of kept processes: ensure, stop, status, and the state file by which a successor takes over.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { KeptProcess, ProcessDefinition, ProcessReport } from "./definition.ts";
import { Keeper, type KeeperOptions } from "./keeper.ts";

export interface SupervisorOptions extends Omit<KeeperOptions, "changed"> {
  stateFile: string;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  /** In the order of their start. */
  readonly #keepers = new Map<string, Keeper>();
  #left = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Adopts what a former supervisor kept; what died meanwhile is started again. */
  takeOver(): void {
    for (const kept of readKept(this.#options.stateFile)) this.#keep(kept);
  }

  #keep(kept: KeptProcess): Keeper {
    const { logsDir, mark, say } = this.#options;
    const keeper = new Keeper(kept, { logsDir, mark, say, changed: () => this.#save() });
    this.#keepers.set(kept.definition.name, keeper);
    keeper.begin();
    return keeper;
  }

  /** Resolves when the process is ready. One whose definition changed is restarted, one that is as wanted is left alone. */
  async ensure(definition: ProcessDefinition): Promise<void> {
    const present = this.#keepers.get(definition.name);
    if (present && JSON.stringify(present.definition) === JSON.stringify(definition)) return present.ready();
    await present?.stop();
    await this.#keep({ definition, restarts: 0 }).ready();
  }

  report(): ProcessReport[] {
    return [...this.#keepers.values()].map((keeper) => keeper.report());
  }

  /** Lets go of everything, which runs on. From now on nothing is written: the state file belongs to the successor. */
  leave(): void {
    this.#left = true;
    for (const keeper of this.#keepers.values()) keeper.abandon();
  }

  #save(): void {
    if (this.#left) return;
    const scratch = `${this.#options.stateFile}.new`;
    const text = JSON.stringify([...this.#keepers.values()].map((keeper) => keeper.kept()));
    try {
      writeFileSync(scratch, text, { mode: 0o600 });
      renameSync(scratch, this.#options.stateFile);
    } catch (error) {
      this.#options.say(`the state file can not be written: ${(error as Error).message}`);
    }
  }
}

/** What the last supervisor kept, in the order of their start; empty when there was none. */
export function readKept(stateFile: string): KeptProcess[] {
  return existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, "utf8")) as KeptProcess[]) : [];
}
