// Conditions as the engines write them: no observedGeneration, and a time that moves only when the status does.

export interface EngineCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
}

export interface ConditionWords {
  type: string;
  status: "True" | "False";
  reason?: string;
  message?: string;
}

const said = ({ reason, message }: ConditionWords) => ({ ...(reason ? { reason } : {}), ...(message ? { message } : {}) });

/** The list with one condition set; unchanged when it already says that. */
export function withCondition<C extends EngineCondition>(conditions: readonly C[], words: ConditionWords, now: string): C[] {
  const old = conditions.find(({ type }) => type === words.type);
  if (old?.status === words.status && (old.reason ?? "") === (words.reason ?? "") && (old.message ?? "") === (words.message ?? ""))
    return [...conditions];
  const lastTransitionTime = old?.status === words.status ? (old.lastTransitionTime ?? now) : now;
  const set = { type: words.type, status: words.status, ...said(words), lastProbeTime: null, lastTransitionTime } as C;
  return old ? conditions.map((condition) => (condition === old ? set : condition)) : [...conditions, set];
}

export function withoutCondition<C extends EngineCondition>(conditions: readonly C[], type: string): C[] {
  return conditions.filter((condition) => condition.type !== type);
}

export function hasCondition(conditions: readonly EngineCondition[] | undefined, type: string, status: "True" | "False" = "True"): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === status) ?? false;
}

/** Now, in the API's form. */
export const timestamp = () => `${new Date().toISOString().slice(0, 19)}Z`;
