// One QMP connection over a unix socket: greeting, capabilities, commands matched to answers by id, events.
import { connect, type Socket } from "node:net";
import { KumulusError } from "../../domain/errors.ts";
import type { CommandName, Commands, QmpEvent } from "./commands.ts";
import { QmpError } from "./errors.ts";
import { lineSplitter } from "./lines.ts";

interface Message {
  QMP?: { version: { qemu: { major: number; minor: number; micro: number } } };
  id?: number;
  return?: unknown;
  error?: { class: string; desc: string };
  event?: string;
  data?: Record<string, unknown>;
  timestamp?: { seconds: number; microseconds: number };
}

interface Pending {
  command: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

export interface QmpConnection {
  /** QEMU's version, such as "7.2.22". */
  readonly version: string;
  /** Rejects with QmpError when QEMU refuses, with Unavailable when the connection or the time is over. */
  execute<Name extends CommandName>(
    command: Name,
    ...given: undefined extends Commands[Name]["arguments"] ? [Commands[Name]["arguments"]?] : [Commands[Name]["arguments"]]
  ): Promise<Commands[Name]["returns"]>;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface QmpOptions {
  path: string;
  onEvent?: (event: QmpEvent) => void;
  /** Wait for the greeting and for each answer; QEMU may be busy for seconds under load. */
  timeoutMs?: number;
}

const lost = (path: string) => new KumulusError("Unavailable", `the connection to ${path} is closed`);

class Connection implements QmpConnection {
  version = "";
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #options: QmpOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #timeoutMs: number;
  #nextId = 1;
  #greeted: ((message: Message) => void) | undefined;
  #gone = false;

  constructor(socket: Socket, options: QmpOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 20_000;
    const split = lineSplitter();
    socket.on("data", (chunk) => {
      try {
        for (const line of split(chunk)) if (line) this.#receive(JSON.parse(line) as Message);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#end();
        resolve();
      });
    });
  }

  /** QEMU serves one client at a time: a second connection gets no greeting until the first is closed. */
  async negotiate(): Promise<void> {
    const greeting = await new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new KumulusError("Unavailable", `no greeting on ${this.#options.path}: another client holds it`)),
        this.#timeoutMs,
      );
      this.#greeted = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
      void this.closed.then(() => {
        clearTimeout(timer);
        reject(lost(this.#options.path));
      });
    });
    const qemu = greeting.QMP?.version.qemu;
    this.version = qemu ? `${qemu.major}.${qemu.minor}.${qemu.micro}` : "";
    await this.execute("qmp_capabilities");
  }

  execute<Name extends CommandName>(command: Name, given?: Commands[Name]["arguments"]): Promise<Commands[Name]["returns"]> {
    if (this.#gone) return Promise.reject(lost(this.#options.path));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new KumulusError("Unavailable", `${command}: no answer on ${this.#options.path} in ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
      this.#pending.set(id, { command, resolve: (value) => resolve(value as Commands[Name]["returns"]), reject, timer });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: given, id })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(message: Message): void {
    if (message.QMP) {
      this.#greeted?.(message);
      return;
    }
    if (message.event) {
      this.#options.onEvent?.({ event: message.event, data: message.data ?? {}, seconds: message.timestamp?.seconds ?? 0 });
      return;
    }
    const pending = message.id === undefined ? undefined : this.#pending.get(message.id);
    if (!pending || message.id === undefined) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.error) pending.reject(new QmpError(pending.command, message.error.class, message.error.desc));
    else pending.resolve(message.return);
  }

  #end(): void {
    this.#gone = true;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(lost(this.#options.path));
    }
    this.#pending.clear();
  }
}

/** Connects and negotiates. Rejects with Unavailable when nothing listens, or when another client holds the socket. */
export async function connectQmp(options: QmpOptions): Promise<QmpConnection> {
  const socket = connect({ path: options.path });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) => reject(new KumulusError("Unavailable", `cannot connect to ${options.path}`, { cause })));
  });
  const connection = new Connection(socket, options);
  try {
    await connection.negotiate();
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}
