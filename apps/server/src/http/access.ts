import type { Access, Grant, Role, Scope } from '@halfhour/contract';
import type { CourierId, MerchantId } from '@halfhour/kernel';
import type { Authority, Caller } from '@halfhour/platform/api';

/** What the contract says about a call, before any handler sees it. */
export type Decision =
  /** `authority` is undefined on public routes for those who are not signed in, or hold nothing. */
  | { readonly kind: 'allowed'; readonly authority: Authority | undefined }
  | { readonly kind: 'refused'; readonly code: 'unauthenticated' }
  | { readonly kind: 'refused'; readonly code: 'forbidden'; readonly roles: readonly Role[] };

const WIDTH: Readonly<Record<Scope, number>> = { own: 1, market: 2, all: 3 };

/** On a public route everyone may do the same; the authority then says only who it is. */
const PUBLIC_SCOPES: Readonly<Record<Role, Scope>> = {
  merchant: 'own',
  courier: 'own',
  shopper: 'own',
  support: 'market',
  operator: 'market',
  admin: 'all',
};

/**
 * Whether a caller may call a route, and as what. Denies by default: only a role that the route names, held
 * in the market of the path, may call. Of several the widest scope counts, and among equals the role that
 * the grants name first. Shoppers and admins are of no market; a path without a market is open to a role
 * of any.
 */
export function decideAuthority(
  route: { readonly access: Access },
  caller: Caller | undefined,
  params: { readonly marketId?: string },
): Decision {
  const isPublic = route.access === 'public';
  if (caller === undefined) {
    return isPublic
      ? { kind: 'allowed', authority: undefined }
      : { kind: 'refused', code: 'unauthenticated' };
  }
  const scopes: Readonly<Partial<Record<Role, Scope>>> =
    route.access === 'public' ? PUBLIC_SCOPES : route.access;
  const merchantIds: MerchantId[] = [];
  const courierIds: CourierId[] = [];
  let widest: { role: Role; scope: Scope } | undefined;
  for (const grant of caller.grants) {
    if (!appliesIn(grant, params.marketId)) continue;
    const { role, merchantId, courierId } = grant;
    if (merchantId !== undefined) merchantIds.push(merchantId);
    if (courierId !== undefined) courierIds.push(courierId);
    const scope = Object.hasOwn(scopes, role) ? scopes[role] : undefined;
    // A scope of the market means nothing where the path names none.
    if (scope === undefined || (scope === 'market' && params.marketId === undefined && !isPublic)) continue;
    if (widest === undefined || WIDTH[scope] > WIDTH[widest.scope]) widest = { role, scope };
  }
  if (widest === undefined) {
    if (isPublic) return { kind: 'allowed', authority: undefined };
    return { kind: 'refused', code: 'forbidden', roles: Object.keys(scopes) as Role[] };
  }
  return {
    kind: 'allowed',
    authority: {
      userId: caller.userId,
      role: widest.role,
      scope: widest.scope,
      merchantIds,
      courierIds,
    },
  };
}

function appliesIn(grant: Grant, marketId: string | undefined): boolean {
  if (grant.role === 'admin' || marketId === undefined) return true;
  if (grant.role === 'shopper' && grant.marketId === undefined) return true;
  return grant.marketId === marketId;
}
