import type { Names, Offer, OptionGroup, TaxClass } from '@halfhour/contract';
import type { ArticleId, MarketId, OfferId, StoreId } from '@halfhour/kernel';

/** What is sold, wherever it is sold. */
export interface ArticleDraft {
  readonly id: ArticleId;
  readonly names: Names;
  readonly description?: Names;
  readonly category: string;
  /** GS1 GTIN-8, -12, -13 or -14; one article of a market has it. */
  readonly gtin?: string;
  readonly taxClass: TaxClass;
}

/** An article at a store at a price. */
export interface OfferDraft {
  readonly id: OfferId;
  readonly storeId: StoreId;
  readonly articleId: ArticleId;
  readonly priceMinor: number;
  readonly available: boolean;
  /** Whether inventory has a row of it; a kitchen counts nothing. */
  readonly countsStock: boolean;
  readonly optionGroups: readonly OptionGroup[];
}

/** An offer together with its article. */
export interface OfferRecord extends OfferDraft, Omit<ArticleDraft, 'id'> {
  readonly marketId: MarketId;
}

/**
 * Checks what the shape alone does not say: ids that are unique, limits that can be met.
 * @returns what is wrong, in a sentence; undefined where nothing is
 */
export function checkOptionGroups(groups: readonly OptionGroup[]): string | undefined {
  if (!areUnique(groups)) return 'Two option groups have the same `id`.';
  for (const group of groups) {
    if (!areUnique(group.options)) return `Two options of group \`${group.id}\` have the same \`id\`.`;
    if (group.minChoices > group.maxChoices) {
      return `Group \`${group.id}\` asks for more choices (\`minChoices\`) than it allows (\`maxChoices\`).`;
    }
    if (group.minChoices > group.options.length) {
      return `Group \`${group.id}\` asks for more choices (\`minChoices\`) than it has options.`;
    }
  }
  return undefined;
}

/** The offer as the API shows it. `inStock`: what can be sold now, of an article that the store counts. */
export function toOffer(record: OfferRecord, inStock: number | undefined): Offer {
  return {
    id: record.id,
    storeId: record.storeId,
    articleId: record.articleId,
    names: record.names,
    ...(record.description === undefined ? {} : { description: record.description }),
    category: record.category,
    ...(record.gtin === undefined ? {} : { gtin: record.gtin }),
    taxClass: record.taxClass,
    priceMinor: record.priceMinor,
    available: record.available,
    ...(inStock === undefined ? {} : { inStock }),
    optionGroups: [...record.optionGroups],
  };
}

function areUnique(items: readonly { readonly id: string }[]): boolean {
  return new Set(items.map((item) => item.id)).size === items.length;
}
