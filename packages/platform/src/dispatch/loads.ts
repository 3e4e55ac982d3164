import type { Equipment, Handling } from '@halfhour/contract';
import type { CourierState, Load } from '@halfhour/engines/dispatch';
import type { ArticleId } from '@halfhour/kernel';
import type { CourierRecord, Vehicle } from '../couriers/index.ts';
import type { OrderRecord } from '../ordering/index.ts';

/** A piece of which nobody has said what it weighs: between a meal and a bottle. */
const GUESS = { grams: 400, millilitres: 1_000 };
/** What is only guessed never makes an order too large for a bicycle. */
const MOST_GUESSED = { grams: 8_000, millilitres: 30_000 };

/** A delivery bag on the back, a box on the rack, and a small car's boot with a seat. */
const USUAL_CAPACITY: Readonly<Record<Vehicle, Pick<Load, 'litres' | 'grams'>>> = {
  bicycle: { litres: 45, grams: 12_000 },
  motorcycle: { litres: 60, grams: 25_000 },
  car: { litres: 400, grams: 200_000 },
};

const AGE_CHECK = 'age_check';

/** What an order takes up, and what it asks of its courier. */
export function loadOf(
  lines: OrderRecord['lines'],
  handlingOf: ReadonlyMap<ArticleId, Handling>,
): { readonly load: Load; readonly requires: readonly string[] } {
  let [grams, millilitres, cold, hot] = [0, 0, 0, 0];
  let guessed = 0;
  let minimumAge = 0;
  for (const { articleId, quantity } of lines) {
    const known = handlingOf.get(articleId);
    if (known === undefined) {
      guessed += quantity;
      continue;
    }
    grams += quantity * known.grams;
    millilitres += quantity * known.millilitres;
    if (known.keep === 'cold') cold += quantity * known.millilitres;
    if (known.keep === 'hot') hot += quantity * known.millilitres;
    minimumAge = Math.max(minimumAge, known.minimumAge);
  }
  grams += Math.min(MOST_GUESSED.grams, guessed * GUESS.grams);
  millilitres += Math.min(MOST_GUESSED.millilitres, guessed * GUESS.millilitres);
  const litres = (sum: number): number => Math.ceil(sum / 1_000);
  return {
    load: { grams, litres: litres(millilitres), coldLitres: litres(cold), hotLitres: litres(hot) },
    requires: minimumAge > 0 ? [AGE_CHECK] : [],
  };
}

/** What a courier holds and may do: as was said of it, else as is usual for its vehicle. */
export function equipmentOf(
  { vehicle }: Pick<CourierRecord, 'vehicle'>,
  { skills, ...given }: Equipment = { skills: [] },
): Required<Pick<CourierState, 'capacity' | 'abilities'>> {
  const usual = USUAL_CAPACITY[vehicle];
  return {
    capacity: {
      litres: given.litres ?? usual.litres,
      grams: given.grams ?? usual.grams,
      ...(given.coldLitres === undefined ? {} : { coldLitres: given.coldLitres }),
      ...(given.hotLitres === undefined ? {} : { hotLitres: given.hotLitres }),
    },
    abilities: skills,
  };
}
