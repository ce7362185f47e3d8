// The yardstick: a bare Node HTTP server that answers 1 KiB of JSON from memory. Prints its port, ends with its input.
import { createServer } from "node:http";

const body = JSON.stringify({ server: { id: "0", text: "x".repeat(1000) } });
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : "");
});
process.stdin.on("end", () => process.exit(0)).resume();
