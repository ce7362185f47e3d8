// Field types of the bodies of limits (Identity API v3, "Unified Limits").
import { Type } from "typebox";

/** -1 is no limit. */
export const LimitValue = Type.Integer({ minimum: -1, maximum: 0x7fffffff });
/** Objects are named after it. */
export const ResourceName = Type.String({ minLength: 1, maxLength: 160, pattern: "^[A-Za-z0-9]([A-Za-z0-9_:.-]*[A-Za-z0-9])?$" });
export const optionalRegion = Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()]));
export const description = Type.Optional(Type.Union([Type.String(), Type.Null()]));
