import { z } from 'zod';
import { articleId, courierId, moment } from './common.ts';

const weight = (what: string) => z.number().min(0).max(100).describe(what);
const costSeconds = (what: string) => z.number().min(0).max(36_000).describe(what);
const serviceSeconds = z.int().min(0).max(3_600);

/** What a market's dispatcher aims at: a sum of seconds, each weighed, and the limits beside it. */
export const dispatchPolicy = z.strictObject({
  clickToDoorWeight: weight('What a second from placement to door costs.').min(0.01),
  overageWeight: weight('What a second past the promise costs on top of that.'),
  beyondLatestWeight: weight('What a second past `latestAfterSeconds` costs on top of both.'),
  foodWaitingWeight: weight('What a second costs that an order stands ready in its store.'),
  courierTimeWeight: weight('What a second of a courier’s driving costs.'),
  fairnessCostSeconds: costSeconds(
    'What an order costs at a courier who earned the mean an hour so far; twice at twice the mean, three times at most. 0: earnings do not count.',
  ),
  declineCostSeconds: costSeconds('What a declined offer costs; it counts by how often a courier declines.'),
  changeCostSeconds: costSeconds('What it costs to take an order from a courier who has been told of it.'),
  replanCostSeconds: costSeconds('What it costs to plan an order for another courier than before.'),
  unservedCostSeconds: z
    .number()
    .min(600)
    .max(864_000)
    .describe('What an order without a courier costs on top of its best case.'),
  latestAfterSeconds: z
    .int()
    .min(600)
    .max(86_400)
    .describe('From then on after its placement, or after its promise, an order is late beyond bearing.'),
  readyQuantile: z
    .number()
    .min(0.05)
    .max(0.95)
    .describe('Where a store is unsure when an order is ready: be there by this quantile of it.'),
  pickupServiceSeconds: serviceSeconds.describe('What a visit to a store takes besides waiting.'),
  dropServiceSeconds: serviceSeconds.describe('What handing over at a door takes.'),
  maxBundleOrders: z.int().min(1).max(16).describe('Orders that a courier carries at once.'),
});

export const dispatchPolicyVersion = z.object({
  /** 0 until an operator has set one. */
  version: z.int(),
  policy: dispatchPolicy,
  setAt: moment.optional(),
});

export type DispatchPolicy = z.output<typeof dispatchPolicy>;
export type DispatchPolicyVersion = z.output<typeof dispatchPolicyVersion>;

const term = z.number();

/** The terms of the dispatcher's objective, in weighed seconds; they add up to the total. */
export const objectiveTerms = z
  .object({
    clickToDoor: term.describe('From placement to the door.'),
    overage: term.describe('Past the promise.'),
    beyondLatest: term.describe('Late beyond bearing.'),
    foodWaiting: term.describe('Ready and waiting in the store.'),
    courierTime: term.describe('Driving.'),
    fairness: term.describe('At couriers who earned more.'),
    declines: term.describe('Probable declines.'),
    changes: term.describe('Orders taken from couriers who were told.'),
    unserved: term.describe('Orders without a courier.'),
    total: term,
  })
  .describe(
    'What the plan would cost more with this courier, in weighed seconds: the order taken from the route that it is in and put where it costs least in this one’s, with what that does to the other orders of both. Absent where there is no place for it. By the policy at the time of the decision.',
  );

/** What carrying one piece of an article takes. */
export const handling = z.strictObject({
  grams: z.int().min(0).max(1_000_000).describe('Weight of a piece with its packaging.'),
  millilitres: z.int().min(0).max(1_000_000).describe('Room that a piece takes in a box.'),
  keep: z
    .enum(['ambient', 'cold', 'hot'])
    .describe('`cold` and `hot` goods take room in boxes of that kind as well, where a vehicle has such.'),
  minimumAge: z
    .int()
    .min(0)
    .max(99)
    .describe('Who may be handed it; above 0 only couriers with the skill `age_check` carry it.'),
});
export const articleHandling = z.object({
  articleId,
  handling: handling.optional().describe('Absent while nobody has said it: a guess is used.'),
});

export const skill = z.enum(['age_check']);
const litres = z.int().min(0).max(10_000);

/** What a courier has and may do beyond the usual of its vehicle. */
export const equipment = z.strictObject({
  litres: litres.optional().describe('Room on the vehicle; what is usual for it where absent.'),
  grams: z.int().min(0).max(10_000_000).optional().describe('What it may weigh; the usual where absent.'),
  coldLitres: litres.optional().describe('Of that room kept cold; all of it where absent.'),
  hotLitres: litres.optional().describe('Of that room kept hot; all of it where absent.'),
  skills: z.array(skill).max(10),
});
export const courierEquipment = z.object({ courierId, equipment });

export type Handling = z.output<typeof handling>;
export type Equipment = z.output<typeof equipment>;
