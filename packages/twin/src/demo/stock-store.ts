import type { Random } from '@halfhour/kernel';
import type { Catalogue } from './content/catalogues.ts';
import type { CatalogueArticle } from './content/parse-menu.ts';
import type { DemoOffer } from './demo-market.ts';
import type { StoreFormat } from './store-formats.ts';

/** Few articles sell out before the next delivery; that they do happens in every shop. */
const NEARLY_SOLD_OUT = 0.02;

/** A merchant's price list: a share of its catalogue at its own level. The same for all its stores. */
export function priceList(
  merchantKey: string,
  format: StoreFormat,
  catalogue: Catalogue,
  random: Random,
): DemoOffer[] {
  const [fewest, most] = format.assortment;
  const share = fewest + (most - fewest) * random.next();
  const level = format.priceLevel * (0.93 + 0.16 * random.next());
  const main = sample(catalogue.main, Math.max(Math.round(catalogue.main.length * share), 20), random);
  const extras = sample(
    catalogue.extras,
    Math.round(catalogue.extras.length * (0.6 + 0.4 * random.next())),
    random,
  );
  return [...main, ...extras].map((article) => ({
    key: `${merchantKey}/${article.slug}`,
    names: article.names,
    ...(article.description === undefined ? {} : { description: article.description }),
    category: article.category,
    ...(article.gtin === undefined ? {} : { gtin: article.gtin }),
    taxClass: article.taxClass,
    priceMinor: roundPesos(article.pesos * level, format.usualStock === undefined) * 100,
    optionGroups: article.optionGroups,
  }));
}

/** What one store has of its merchant's list: stock on hand, where it counts. */
export function stockOffers(list: readonly DemoOffer[], format: StoreFormat, random: Random): DemoOffer[] {
  const { usualStock } = format;
  if (usualStock === undefined) return [...list];
  return list.map((offer) => {
    // Dear things are kept in ones and twos.
    const usual = Math.max(4, usualStock * Math.min(1, 40_000 / offer.priceMinor));
    const onHand =
      random.next() < NEARLY_SOLD_OUT ? random.below(3) : Math.round(usual * (0.6 + 0.8 * random.next()));
    return { ...offer, onHand };
  });
}

/** Menus end in 0 or 5, shelves in 9 from 200 pesos up. */
function roundPesos(pesos: number, isMenu: boolean): number {
  if (isMenu) return Math.max(5, Math.round(pesos / 5) * 5);
  if (pesos < 200) return Math.max(1, Math.round(pesos));
  return Math.round(pesos / 10) * 10 - 1;
}

/** `size` of the articles in the order of the catalogue. */
function sample(articles: readonly CatalogueArticle[], size: number, random: Random): CatalogueArticle[] {
  const keep = articles
    .map((_, index) => ({ index, mark: random.next() }))
    .sort((a, b) => a.mark - b.mark)
    .slice(0, size);
  return keep.sort((a, b) => a.index - b.index).map(({ index }) => articles[index]!);
}
