export { type Identity, type IdentityDeps, type SignedIn, createIdentity } from './identity.ts';
export { insertApiKeys, insertUsers } from './identity-store.ts';
export { hashPassword } from './password.ts';
export { createIdentityRoutes, toUser } from './routes.ts';
export { type SecretSource, type TokenKind, drawToken } from './token.ts';
export type { ApiKeyDraft, ApiKeyRecord, UserDraft, UserRecord } from './user.ts';
