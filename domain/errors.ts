// The closed set of errors that Kumulus raises: each has a code, an HTTP status and a sentence that is safe for users.

const statuses = {
  Invalid: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  NotAcceptable: 406,
  Conflict: 409,
  TooLarge: 413,
  OverQuota: 413,
  UnsupportedMediaType: 415,
  NotImplemented: 501,
  Unavailable: 503,
} as const;

export type ErrorCode = keyof typeof statuses;

/** An error with a sentence safe for users. api/http maps it to each service's fault envelope; the runtime decides on retries by `code`. */
export class KumulusError extends Error {
  override readonly name = "KumulusError";
  readonly code: ErrorCode;
  /** HTTP status; services that differ from the default (Nova's 403 for over-quota) say so here. */
  readonly status: number;
  /** A service's own name of the error, such as Neutron's `IpAddressInUse`; faults that carry a type use it. */
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, options: { status?: number; reason?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? statuses[code];
    this.reason = options.reason;
  }
}

/** For reconcilers: something else must exist or change first. The watch on it wakes the controller; the condition tells people. */
export class Waiting extends Error {
  override readonly name = "Waiting";
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** For reconcilers: no retry can help until the spec changes. Becomes a condition and a Warning event. */
export class Terminal extends Error {
  override readonly name = "Terminal";
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function isCode(error: unknown, code: ErrorCode): error is KumulusError {
  return error instanceof KumulusError && error.code === code;
}
