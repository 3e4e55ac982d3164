import type { Courier, CourierStatus } from '@halfhour/contract';
import { type CourierId, type EpochMs, type LatLng, type MarketId, toRfc3339 } from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';

export type Vehicle = Courier['vehicle'];

export interface CourierDraft {
  readonly id: CourierId;
  readonly name: string;
  readonly vehicle: Vehicle;
}

export interface CourierRecord extends CourierDraft {
  readonly marketId: MarketId;
  readonly status: CourierStatus;
  readonly position?: LatLng;
  readonly positionAt?: EpochMs;
  /** When the shift that runs is due to end. */
  readonly shiftEndsAt?: EpochMs;
  /** The courier wants to go, or the time has come: no new work. */
  readonly shiftEnding: boolean;
  /** Wants no new work for now; the break runs once the work in hand is done. */
  readonly onBreak: boolean;
  /** Orders of the current route that are not delivered yet. */
  readonly load: number;
}

/** Where a courier was last, and when. */
export interface CourierPosition {
  readonly place: LatLng;
  readonly at: EpochMs;
}

/** The courier with the later of the position it has and `position`. */
export function withPosition(courier: CourierRecord, position: CourierPosition | undefined): CourierRecord {
  if (position === undefined || position.at < (courier.positionAt ?? 0)) return courier;
  return { ...courier, position: position.place, positionAt: position.at };
}

/** Whether the caller may see and steer this courier: itself where the scope is `own`, else any of the market. */
export function maySteer(authority: Authority | undefined, courierId: CourierId): boolean {
  if (authority === undefined) return false;
  return authority.scope !== 'own' || authority.courierIds.includes(courierId);
}

/** The courier as the API shows it. */
export function toCourier(record: CourierRecord): Courier {
  return {
    id: record.id,
    name: record.name,
    vehicle: record.vehicle,
    status: record.status,
    ...(record.position === undefined ? {} : { position: record.position }),
    ...(record.positionAt === undefined ? {} : { positionAt: toRfc3339(record.positionAt) }),
    ...(record.shiftEndsAt === undefined ? {} : { shiftEndsAt: toRfc3339(record.shiftEndsAt) }),
    load: record.load,
    ...(record.shiftEnding ? { shiftEnding: true as const } : {}),
    ...(record.onBreak ? { onBreak: true as const } : {}),
  };
}
