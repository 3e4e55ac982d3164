import type { HttpAnswer } from '../lib/http-connection.ts';
import type { Scenario, ScenarioContext } from '../lib/load-scenario.ts';
import { type PlacementParameters, createPlacements } from './placements.ts';

export interface LifeCycleParameters extends PlacementParameters {
  /** Token of the merchant of each store. */
  readonly merchants: Readonly<Record<string, string>>;
  /** Tokens of couriers on shift; each carries out one route at a time. */
  readonly couriers: readonly string[];
}

/** Told when the store has accepted: somebody must give the order to this courier. */
export interface Accepted {
  readonly session: number;
  readonly orderId: string;
  readonly storeId: string;
  /** Index in `couriers`. */
  readonly courier: number;
}

/** What the scenario hears: the courier of that session has this route. */
export interface Assigned {
  readonly session: number;
  readonly routeId: string;
}

interface Life {
  step: 'place' | 'accept' | 'ready' | 'pick up' | 'deliver' | 'done' | 'failed';
  number: number;
  storeId: string;
  orderId: string;
  code: string;
  courier: number;
  routeId: string | undefined;
  isWaiting: boolean;
}

/** How often a dispatcher of the scenario gives out what was accepted. The real one ticks every 20 seconds. */
const TELL_MS = 100;
const EMPTY = '{}';

/**
 * A session is the life of an order, each step a request by its own role: the shopper places, the store accepts and
 * packs, the courier picks up and hands over with the shopper's code. Which courier is told over the message channel,
 * as the stream of the courier's app would tell it.
 */
export function createScenario(parameters: LifeCycleParameters, context: ScenarioContext): Scenario {
  const { path, run, merchants, couriers } = parameters;
  const placement = createPlacements(parameters);
  const lives: Life[] = [];
  const idleCouriers = couriers.map((_, index) => index);
  /** Accepted and without a courier yet. */
  const needy: number[] = [];
  let accepted: Accepted[] = [];
  let lifeCount = 0;

  function assign(): void {
    while (needy.length > 0 && idleCouriers.length > 0) {
      const session = needy.shift()!;
      const life = lives[session]!;
      life.courier = idleCouriers.pop()!;
      accepted.push({ session, orderId: life.orderId, storeId: life.storeId, courier: life.courier });
    }
    if (accepted.length > 0) context.tell(accepted);
    accepted = [];
  }
  setInterval(assign, TELL_MS).unref();

  const request = (life: Life, kind: string, token: string, end: string, body: string) => ({
    kind,
    method: 'POST' as const,
    path: `${path}/${end}`,
    token,
    idempotencyKey: `${run}-${kind.replace(' ', '-')}-${life.number.toString(36)}`,
    body,
  });

  return {
    begin(session) {
      lives[session] = {
        step: 'place',
        number: lifeCount++,
        storeId: '',
        orderId: '',
        code: '',
        courier: -1,
        routeId: undefined,
        isWaiting: false,
      };
    },
    next(session) {
      const life = lives[session]!;
      const merchant = merchants[life.storeId]!;
      const courier = couriers[life.courier]!;
      switch (life.step) {
        case 'place': {
          const place = placement();
          life.storeId = place.storeId;
          return place;
        }
        case 'accept':
          return request(life, 'accept', merchant, `orders/${life.orderId}/accept`, EMPTY);
        case 'ready':
          return request(life, 'ready', merchant, `orders/${life.orderId}/ready`, EMPTY);
        case 'pick up':
          life.isWaiting = life.routeId === undefined;
          if (life.isWaiting) return 'wait';
          return request(life, 'pick up', courier, `routes/${life.routeId}/stops/0/complete`, EMPTY);
        case 'deliver': {
          const end = `routes/${life.routeId}/stops/1/complete`;
          return request(life, 'deliver', courier, end, `{"code":"${life.code}"}`);
        }
        case 'done':
          return 'end';
        case 'failed':
          return 'failed';
      }
    },
    answered(session, answer) {
      const life = lives[session]!;
      // A courier of a life that failed keeps its route, and takes no other.
      if (answer.status >= 300) {
        if (answer.status !== 429 && answer.status !== 503) complain(life, answer);
        life.step = 'failed';
        return;
      }
      switch (life.step) {
        case 'place': {
          const body = answer.body();
          life.orderId = /"id":"(ord_\w+)"/.exec(body)![1]!;
          life.code = /"deliveryCode":"(\d+)"/.exec(body)![1]!;
          life.step = 'accept';
          break;
        }
        case 'accept':
          needy.push(session);
          life.step = 'ready';
          break;
        case 'ready':
          life.step = 'pick up';
          break;
        case 'pick up':
          life.step = 'deliver';
          break;
        default:
          life.step = 'done';
          idleCouriers.push(life.courier);
      }
    },
    hear(message) {
      for (const { session, routeId } of message as Assigned[]) {
        const life = lives[session]!;
        life.routeId = routeId;
        if (life.isWaiting) context.wake(session);
        life.isWaiting = false;
      }
    },
  };
}

let complaints = 0;
/** The first few refusals that are no matter of load are shown: the script is wrong, or the platform. */
function complain(life: Life, answer: HttpAnswer): void {
  if (complaints++ < 3) console.error(`refused to ${life.step}: ${answer.status} ${answer.body()}`);
}
