// A command that QEMU refused. `kind` is its error class: GenericError, CommandNotFound, DeviceNotFound, DeviceNotActive …

export class QmpError extends Error {
  override readonly name = "QmpError";
  readonly kind: string;
  readonly command: string;

  constructor(command: string, kind: string, description: string) {
    super(`${command}: ${description}`);
    this.kind = kind;
    this.command = command;
  }
}
