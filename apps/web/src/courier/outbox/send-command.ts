import type { Courier, Route } from '@halfhour/contract';
import type { CourierId, MarketId } from '@halfhour/kernel';
import { call, ProblemError } from '../../api/index.ts';
import type { Point, Waiting } from './outbox.ts';
import type { Answer } from './outbox-sender.ts';

/** A connection that says nothing for so long is as good as none; the command is sent again. */
const PATIENCE_MS = 8_000;
/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<number> = new Set([408, 421, 429]);

export interface Sending {
  readonly marketId: MarketId;
  readonly courierId: CourierId;
  /** Told of the route as a step has left it, before the step leaves the outbox. */
  readonly onRoute: (route: Route) => void;
  /** The same of the courier. */
  readonly onCourier: (courier: Courier) => void;
}

/** Sends a command of the outbox to the API under its key. */
export function sendCommand(
  { marketId, courierId, onRoute, onCourier }: Sending,
  waiting: Waiting,
): Promise<Answer> {
  const { key: idempotencyKey, command } = waiting;
  const common = { idempotencyKey, signal: AbortSignal.timeout(PATIENCE_MS) };
  return answered(async () => {
    switch (command.kind) {
      case 'arrive':
      case 'complete': {
        const { routeId, stopNumber } = command;
        const params = { marketId, routeId, stopNumber };
        const body = command.kind === 'complete' && command.code !== undefined ? { code: command.code } : {};
        const name = command.kind === 'arrive' ? 'arriveAtStop' : 'completeStop';
        return onRoute(await call(name, { params, body, ...common }));
      }
      case 'decline': {
        const params = { marketId, routeId: command.routeId };
        return onRoute(await call('declineRoute', { params, body: { reason: command.reason }, ...common }));
      }
      case 'break': {
        const body = { onBreak: command.onBreak };
        return onCourier(await call('setBreak', { params: { marketId, courierId }, body, ...common }));
      }
      case 'end_shift':
        return onCourier(await call('endShift', { params: { marketId, courierId }, body: {}, ...common }));
    }
  });
}

export function sendPoints(
  { marketId, courierId }: Pick<Sending, 'marketId' | 'courierId'>,
  points: readonly Point[],
): Promise<Answer> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return answered(async () => {
    await call('reportPoints', { params: { marketId, courierId }, body: { points: [...points] }, signal });
  });
}

async function answered(send: () => Promise<void>): Promise<Answer> {
  try {
    await send();
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof ProblemError)) return { kind: 'unreachable' };
    const { status, code, detail } = error.problem;
    if (status === 401) return { kind: 'signed_out' };
    if (status >= 500 || PASSING.has(status)) return { kind: 'unreachable' };
    return { kind: 'refused', code, detail };
  }
}
