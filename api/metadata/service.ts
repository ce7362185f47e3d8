// What the nodes' metadata proxies ask in a guest's name: Nova's metadata service without the way to it. Not for clients.
import { randomBytes } from "node:crypto";
import { metadataAnswer } from "../../domain/compute/metadata/answer.ts";
import { metadataKeySecret, metadataPath, verifyMetadataQuery } from "../../domain/compute/metadata/url.ts";
import { KumulusError } from "../../domain/errors.ts";
import { inSystem, right } from "../../domain/rights.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { sharedKey } from "../../operator/shared-key.ts";
import { novaFaults } from "../http/faults.ts";
import { publicRule, route, type Service } from "../http/route.ts";
import type { Stores } from "../http/store.ts";
import { metadataWorld } from "./facts.ts";

const seedBytes = 512;
const mount = "/metadata";

export function metadataService(stores: Stores): Service {
  const world = metadataWorld(stores);
  const key = sharedKey(metadataKeySecret);
  return {
    name: "metadata",
    mount,
    faults: novaFaults,
    policies: {},
    rights: [inSystem(right(Secret, "create")), inSystem(right(Secret, "get"), metadataKeySecret.name)],
    // The nodes may only read it.
    prepare: () => key(stores.client),
    routes: [
      route({
        method: "GET",
        path: metadataPath.slice(mount.length),
        policy: publicRule,
        async handle({ rawQuery }) {
          const question = verifyMetadataQuery(rawQuery, await key(stores.client), Date.now());
          if (!question) throw new KumulusError("Forbidden", "The question's signature is wrong or has expired.");
          const facts = await world.factsOf(question.network, question.address);
          if (!facts) throw new KumulusError("NotFound", `No server has the address ${question.address}.`);
          const answer = metadataAnswer(question.path, facts, randomBytes(seedBytes).toString("base64"));
          if (!answer) throw new KumulusError("NotFound", "The resource could not be found.");
          return { content: answer.body, headers: { "content-type": answer.contentType } };
        },
      }),
    ],
  };
}
