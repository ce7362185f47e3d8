// Body of POST /v3/auth/tokens (Identity API v3, "Password authentication with scoped authorization" and its relatives).
import { type Static, Type } from "typebox";

const text = Type.String({ maxLength: 4096 });
const domainRef = Type.Object({ id: Type.Optional(text), name: Type.Optional(text) });

const userRef = { id: Type.Optional(text), name: Type.Optional(text), domain: Type.Optional(domainRef) };
const user = Type.Object(userRef);
const passwordUser = Type.Object({ ...userRef, password: text });
const totpUser = Type.Object({ ...userRef, passcode: text });

const applicationCredential = Type.Object({
  id: Type.Optional(text),
  name: Type.Optional(text),
  user: Type.Optional(user),
  secret: text,
});

const project = Type.Object({ id: Type.Optional(text), name: Type.Optional(text), domain: Type.Optional(domainRef) });

const scope = Type.Object({
  project: Type.Optional(project),
  domain: Type.Optional(domainRef),
  system: Type.Optional(Type.Object({ all: Type.Optional(Type.Boolean()) })),
  unscoped: Type.Optional(Type.Object({})),
  "OS-TRUST:trust": Type.Optional(Type.Object({ id: text })),
});

export const loginBody = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { maxItems: 8 }),
      password: Type.Optional(Type.Object({ user: passwordUser })),
      token: Type.Optional(Type.Object({ id: text })),
      totp: Type.Optional(Type.Object({ user: totpUser })),
      application_credential: Type.Optional(applicationCredential),
    }),
    scope: Type.Optional(Type.Union([scope, Type.Literal("unscoped")])),
  }),
});

export type LoginBody = Static<typeof loginBody>;
export type IdentityBody = LoginBody["auth"]["identity"];
export type UserRef = Static<typeof user>;
export type ScopeBody = Static<typeof scope>;
export type DomainRef = Static<typeof domainRef>;
