// undici's Agent without the rest of undici: fetch, WebSocket, caches and mocks would cost every process 15 MB more.
import { createRequire } from "node:module";
import type { Agent as UndiciAgent } from "undici";

const require = createRequire(import.meta.url);

// undici's own index does just this; whoever imports undici as a whole gets the same classes.
const dispatcher = require("undici/lib/dispatcher/dispatcher.js") as { prototype: object };
Object.assign(dispatcher.prototype, require("undici/lib/api"));

export const Agent = require("undici/lib/dispatcher/agent.js") as typeof UndiciAgent;
export type Agent = UndiciAgent;
