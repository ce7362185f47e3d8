// JSON logs on stdout through pino: one line an event, secrets struck out wherever a field is named like one.
import { type DestinationStream, type Logger, pino } from "pino";
import type { Log } from "./contract.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const secretNames = [
  "password",
  "adminPass",
  "token",
  "authorization",
  "secret",
  "privateKey",
  "X-Auth-Token",
  "x-auth-token",
  "x-subject-token",
];
/** pino redacts by path: each name at the top and two levels down. */
const secretPaths = secretNames.flatMap((name) => {
  const step = /^\w+$/.test(name) ? name : `["${name}"]`;
  const below = step.startsWith("[") ? step : `.${step}`;
  return [step, `*${below}`, `*.*${below}`];
});

/** pino writes `err` with its stack; `error` is what our code calls it. */
const serializers = {
  err: pino.stdSerializers.err,
  error: (value: unknown) => (value instanceof Error ? pino.stdSerializers.err(value) : value),
};

/** `make` is called with the first line: a child costs more than a line, and most reconciles write none. */
function wrap(make: () => Logger): Log {
  let made: Logger | undefined;
  const logger = () => {
    made ??= make();
    return made;
  };
  return {
    debug: (fields, message) => logger().debug(fields, message),
    info: (fields, message) => logger().info(fields, message),
    warn: (fields, message) => logger().warn(fields, message),
    error: (fields, message) => logger().error(fields, message),
    child: (fields) => wrap(() => logger().child(fields)),
  };
}

/** `level` is info unless said; `destination` is stdout unless said. */
export function createLog(options: { name: string; level?: LogLevel; destination?: DestinationStream }): Log {
  const { name, level = "info", destination } = options;
  const settings = {
    name,
    level,
    base: { role: name },
    serializers,
    redact: { paths: secretPaths, censor: "[redacted]" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(() => (destination ? pino(settings, destination) : pino(settings)));
}
