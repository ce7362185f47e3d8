// The outer server: Express gives each service's mount to that service's own pipeline.
import express, { type Express } from "express";
import { type PipelineOptions, serviceHandler } from "./pipeline.ts";
import type { Service } from "./route.ts";

/** `others` adds what is not an OpenStack API (/healthz, /metrics); it runs before the 404. */
export function createApp(
  services: readonly Service[],
  options: PipelineOptions,
  others: (app: Express) => void = () => undefined,
): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").enable("case sensitive routing");
  for (const service of services) app.use(service.mount, serviceHandler(service, options));
  others(app);
  app.use((_request, response) => {
    response.status(404).json({ error: { code: 404, title: "Not Found", message: "The resource could not be found." } });
  });
  return app;
}
