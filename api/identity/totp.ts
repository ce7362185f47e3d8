// Method `totp`: passcodes of a user's TOTP credentials, each good for one login.

import { KumulusError } from "../../domain/errors.ts";
import { decodeBase32, periodOf } from "../../domain/identity/totp.ts";
import type { Credential } from "../../models/identity/credential.ts";
import type { User } from "../../models/identity/user.ts";
import type { Blobs } from "./blobs.ts";
import { type AuthWorld, byUser, isBoundCredential } from "./delegations.ts";

export interface PasscodesOptions {
  readonly world: AuthWorld;
  readonly blobs: Blobs;
  /** Keystone's included_previous_windows. */
  previousWindows(): number;
  now?(): number;
}

const used = () => new KumulusError("Unauthorized", "The passcode was used before.");

export class Passcodes {
  readonly #options: PasscodesOptions;

  constructor(options: PasscodesOptions) {
    this.#options = options;
  }

  /** True once for each right passcode, on whichever replica. */
  async use(user: User, passcode: string): Promise<boolean> {
    const { world, now = Date.now, previousWindows } = this.#options;
    const credentials = world.credentials.byIndex(byUser, user.metadata.name).filter(({ spec }) => spec.type.toLowerCase() === "totp");
    for (const credential of credentials.filter((each) => isBoundCredential(world, each))) {
      const secret = decodeBase32((await this.#options.blobs.read(credential)) ?? "");
      const period = secret && periodOf(passcode, secret, now(), previousWindows());
      if (period !== undefined) return this.#take(credential, period);
    }
    return false;
  }

  /** The API server's conflict decides between two logins with one passcode. */
  async #take(credential: Credential, period: number): Promise<boolean> {
    const refused = used();
    try {
      await this.#options.world.credentials.update(
        credential,
        (draft) => {
          if ((draft.status?.lastPeriod ?? -1) >= period) throw refused;
          draft.status = { ...draft.status, lastPeriod: period };
        },
        { subresource: "status" },
      );
      return true;
    } catch (error) {
      if (error === refused) return false;
      throw error;
    }
  }
}
