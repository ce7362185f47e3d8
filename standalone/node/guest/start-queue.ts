// No more guests start at a time than the machine has cores: n boots on one core take n times as long each. The rest wait in order.

export interface StartQueue {
  /** True when the guest may start now (again true for one that already does); otherwise it is in line, and `onFree` names it when its turn comes. */
  enter(uid: string): boolean;
  /** The guest has booted, ended, or will not start. */
  leave(uid: string): void;
  readonly starting: number;
  readonly waiting: number;
}

export function startQueue(slots: number, onFree: (uid: string) => void): StartQueue {
  const starting = new Set<string>();
  const waiting = new Set<string>();
  return {
    enter(uid) {
      if (starting.has(uid)) return true;
      if (starting.size >= slots || ([...waiting][0] ?? uid) !== uid) {
        waiting.add(uid);
        return false;
      }
      waiting.delete(uid);
      starting.add(uid);
      return true;
    },
    leave(uid) {
      const was = starting.delete(uid);
      if ((waiting.delete(uid) || was) && starting.size < slots) {
        const [next] = waiting;
        if (next !== undefined) onFree(next);
      }
    },
    get starting() {
      return starting.size;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
