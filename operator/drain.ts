// The last seconds of a server behind a balancer: it still answers, and each answer ends its connection, so that clients come back to another replica.
import type { IncomingMessage, Server, ServerResponse } from "node:http";

const hasBody = ({ headers }: IncomingMessage) => headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** From the time `draining` aborts. Answers that come before a request's body has come whole keep their connection: Node.js would reset it. */
export function endConnectionsWhile(draining: AbortSignal, server: Pick<Server, "prependListener">): void {
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const last = () => {
      if (draining.aborted && !response.headersSent) response.shouldKeepAlive = false;
    };
    if (hasBody(request)) request.once("end", last);
    else last();
  });
}
