// Cuts a byte stream into lines, whatever the chunks are: QMP sends one JSON object a line.

/** Returns a function that takes the next chunk and gives the lines it completed, without their line ends. */
export function lineSplitter(limitBytes = 16 * 1024 * 1024): (chunk: Buffer) => string[] {
  let rest: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      lines.push(
        Buffer.concat([...rest, chunk.subarray(start, end)])
          .toString("utf8")
          .replace(/\r$/, ""),
      );
      rest = [];
      held = 0;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > limitBytes) throw new Error(`a line is longer than ${limitBytes} bytes`);
    return lines;
  };
}
