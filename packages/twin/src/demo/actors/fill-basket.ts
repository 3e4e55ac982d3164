import type { BasketLine, Offer } from '@halfhour/contract';
import type { Random } from '@halfhour/kernel';

const DRINKS = /drink|beer|juice|coffee and tea/i;
const SIDES = /dessert|side|sweet|cake|start|fain|snack|with flowers/i;
/** What is in every second basket. */
const STAPLES = /milk and dairy|fruit and|bread|eggs|pasta, rice|^drinks$/i;

/**
 * What a person would order from these offers: in a kitchen a main dish for each at the table and now and
 * then something to drink or a dessert; in a shop a handful of different things. Chooses options within
 * their limits, takes no more than is in stock, and goes on until the minimum is met. Empty where nothing
 * can be had.
 */
export function fillBasket(
  offers: readonly Offer[],
  isKitchen: boolean,
  minimumMinor: number,
  random: Random,
): BasketLine[] {
  const available = offers.filter((offer) => offer.available && (offer.inStock ?? 99) > 0);
  if (available.length === 0) return [];
  const lines = new Map<string, { line: BasketLine; offer: Offer }>();
  let totalMinor = 0;
  const add = (offer: Offer): void => {
    const known = lines.get(offer.id);
    const quantity = (known?.line.quantity ?? 0) + 1;
    if (quantity > Math.min(offer.inStock ?? 12, 12)) return;
    const options = known?.line.options ?? chooseOptions(offer, random);
    lines.set(offer.id, { line: { offerId: offer.id, quantity, options }, offer });
    totalMinor += offer.priceMinor;
  };
  if (isKitchen) {
    const drinks = available.filter((offer) => DRINKS.test(offer.category));
    const sides = available.filter((offer) => SIDES.test(offer.category));
    const rest = available.filter((offer) => !DRINKS.test(offer.category) && !SIDES.test(offer.category));
    const mains = rest.length > 0 ? rest : available;
    const people = 1 + Math.floor(random.next() ** 2 * 4);
    for (let person = 0; person < people; person++) {
      add(random.pick(mains));
      if (drinks.length > 0 && random.next() < 0.35) add(random.pick(drinks));
      if (sides.length > 0 && random.next() < 0.3) add(random.pick(sides));
    }
    for (let tries = 0; totalMinor < minimumMinor && tries < 20; tries++) add(random.pick(mains));
  } else {
    const staples = available.filter((offer) => STAPLES.test(offer.category));
    const wanted = Math.min(18, 2 + Math.floor(-Math.log(1 - random.next()) * 4));
    for (let item = 0; item < wanted; item++) {
      add(random.pick(staples.length > 0 && random.next() < 0.4 ? staples : affordable(available, random)));
    }
    for (let tries = 0; totalMinor < minimumMinor && tries < 20; tries++) add(random.pick(available));
  }
  return [...lines.values()].map(({ line }) => line);
}

/** Dear things are bought seldom: half of those who look at one above 1,000 pesos look again. */
function affordable(offers: readonly Offer[], random: Random): readonly Offer[] {
  const cheap = offers.filter((offer) => offer.priceMinor < 100_000);
  return cheap.length > 0 && random.next() < 0.7 ? cheap : offers;
}

function chooseOptions(offer: Offer, random: Random): BasketLine['options'] {
  return offer.optionGroups.flatMap((group) => {
    const wants = random.next() < 0.3 ? 1 : 0;
    const count = Math.min(group.maxChoices, group.options.length, Math.max(group.minChoices, wants));
    const left = [...group.options];
    return Array.from({ length: count }, () => {
      const [option] = left.splice(random.below(left.length), 1);
      return { groupId: group.id, optionId: option!.id };
    });
  });
}
