// The policies that hold now: each service's table with what the policy files change in it.
import type { KnownRules, Overrides } from "../../domain/policy/files.ts";
import { Policy } from "./policy.ts";
import type { Service } from "./route.ts";

export class PolicyBook {
  readonly known: KnownRules;
  readonly #services: readonly Service[];
  #policies: ReadonlyMap<string, Policy>;

  constructor(services: readonly Service[]) {
    this.#services = services;
    this.known = new Map(services.map(({ name, policies }) => [name, new Set(Object.keys(policies))]));
    this.#policies = this.#policiesWith(new Map());
  }

  of({ name, policies }: Service): Policy {
    return this.#policies.get(name) ?? new Policy(policies);
  }

  /** All at once, or nothing: throws ExpressionError for references that lead nowhere or in a circle. */
  take(overrides: Overrides): void {
    this.#policies = this.#policiesWith(overrides);
  }

  #policiesWith(overrides: Overrides): ReadonlyMap<string, Policy> {
    return new Map(this.#services.map(({ name, policies }) => [name, new Policy(policies, overrides.get(name))]));
  }
}
