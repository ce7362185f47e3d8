// User: reads its domain and its password's Secret, one pure call, writes the status.
import { systemNamespace } from "../../../domain/id.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { User } from "../../../models/identity/user.ts";
import type { Kind } from "../../../models/kind.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { wholeSeconds } from "../../../operator/controller/status.ts";
import { Secret } from "../../../operator/kube/core-kinds.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";
import { desiredUser } from "./desired.ts";

export const userController = defineController<User>({
  kind: User,
  watches: [
    watchReferenced(User as Kind, Domain),
    watchReferenced(User as Kind, Secret, ({ metadata }) => metadata.namespace === systemNamespace),
  ],
  indexes: [index(User, referenceIndex, referencesOf)],
  async reconcile(user, ctx) {
    const ref = user.spec.passwordSecretRef;
    const seen = {
      domain: ctx.get(Domain, user.spec.domainRef.name),
      secret: ref && ctx.get(Secret, ref.name, systemNamespace),
    };
    await ctx.applyStatus(User, user, desiredUser(user, seen, wholeSeconds(new Date())));
    return {};
  },
});
