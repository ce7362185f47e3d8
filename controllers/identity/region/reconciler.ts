// Region: usable once the region that it is a part of is there.
import { Region } from "../../../models/identity/region.ts";
import type { Kind } from "../../../models/kind.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { notReady, ready } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

export const regionController = defineController<Region>({
  kind: Region,
  watches: [watchReferenced(Region as Kind, Region)],
  indexes: [index(Region, referenceIndex, referencesOf)],
  async reconcile(region, ctx) {
    const ref = region.spec.parentRegionRef;
    const condition =
      ref && !ctx.get(Region, ref.name)
        ? notReady("RegionMissing", `Waiting for Region ${ref.name}`)
        : ready("Active", "Endpoints can be in it.");
    await ctx.applyStatus(Region, region, { conditions: [condition] });
    return {};
  },
});
