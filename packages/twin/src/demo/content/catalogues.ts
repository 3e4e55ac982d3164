import type { CatalogueArticle } from './parse-menu.ts';
import { parseMenu } from './parse-menu.ts';
import { parseProducts } from './parse-products.ts';
import { DAIRY, FROZEN, MEAT, PRODUCE } from './groceries-fresh.ts';
import { HOUSEHOLD, PERSONAL, PETS } from './groceries-household.ts';
import { BEVERAGES, PANTRY } from './groceries-pantry.ts';
import { BURGERS, CHIVITO, PARRILLA } from './menus-grill.ts';
import { CAFE, PASTA, PIZZERIA, SUSHI } from './menus-italian.ts';
import {
  CHINESE,
  DESSERTS,
  DRINKS,
  EMPANADAS,
  ICE_CREAM,
  LEVANT,
  MEXICAN,
  SEAFOOD,
  VEGETARIAN,
} from './menus-world.ts';
import { BAKERY, ELECTRONICS, FLOWERS, PHARMACY } from './specialities.ts';

/** What kinds of store sell. A menu is a kitchen's; the others are packaged goods with stock. */
export type CatalogueName =
  | 'parrilla'
  | 'chivito'
  | 'burgers'
  | 'pizzeria'
  | 'pasta'
  | 'sushi'
  | 'cafe'
  | 'chinese'
  | 'empanadas'
  | 'ice_cream'
  | 'vegetarian'
  | 'levant'
  | 'seafood'
  | 'mexican'
  | 'bakery'
  | 'supermarket'
  | 'convenience'
  | 'greengrocer'
  | 'pharmacy'
  | 'electronics'
  | 'pets'
  | 'florist'
  | 'front_warehouse'
  | 'lightning_warehouse';

export interface Catalogue {
  /** What the store is known for; a store has most of it. */
  readonly main: readonly CatalogueArticle[];
  /** Drinks and desserts that every kitchen has some of. */
  readonly extras: readonly CatalogueArticle[];
}

/** Parses all tables. Takes some milliseconds; do it once. */
export function readCatalogues(): Readonly<Record<CatalogueName, Catalogue>> {
  const drinks = parseMenu(DRINKS);
  const softDrinks = drinks.filter((article) => !/Lager|ale|Tannat/.test(article.names.en));
  const desserts = parseMenu(DESSERTS);
  const menu = (table: string, extras: readonly CatalogueArticle[] = [...desserts, ...drinks]): Catalogue => {
    const main = parseMenu(table);
    const known = new Set(main.map((article) => article.slug));
    return { main, extras: extras.filter((article) => !known.has(article.slug)) };
  };
  const [dairy, produce, meat, frozen, pantry, beverages, household, personal, pets, pharmacy, electronics, bakery, flowers] =
    parseProducts([
      DAIRY,
      PRODUCE,
      MEAT,
      FROZEN,
      PANTRY,
      BEVERAGES,
      HOUSEHOLD,
      PERSONAL,
      PETS,
      PHARMACY,
      ELECTRONICS,
      BAKERY,
      FLOWERS,
    ]) as readonly CatalogueArticle[][] as [
      CatalogueArticle[], CatalogueArticle[], CatalogueArticle[], CatalogueArticle[], CatalogueArticle[],
      CatalogueArticle[], CatalogueArticle[], CatalogueArticle[], CatalogueArticle[], CatalogueArticle[],
      CatalogueArticle[], CatalogueArticle[], CatalogueArticle[],
    ]; // prettier-ignore
  const goods = (...parts: readonly (readonly CatalogueArticle[])[]): Catalogue => ({
    main: parts.flat(),
    extras: [],
  });
  const of = (articles: readonly CatalogueArticle[], category: RegExp): CatalogueArticle[] =>
    articles.filter((article) => category.test(article.category));
  return {
    parrilla: menu(PARRILLA),
    chivito: menu(CHIVITO),
    burgers: menu(BURGERS, softDrinks),
    pizzeria: menu(PIZZERIA),
    pasta: menu(PASTA),
    sushi: menu(SUSHI, drinks),
    cafe: menu(CAFE, softDrinks),
    chinese: menu(CHINESE, drinks),
    empanadas: menu(EMPANADAS),
    ice_cream: menu(ICE_CREAM, softDrinks.slice(0, 4)),
    vegetarian: menu(VEGETARIAN, [...desserts, ...softDrinks]),
    levant: menu(LEVANT, drinks),
    seafood: menu(SEAFOOD),
    mexican: menu(MEXICAN, drinks),
    bakery: goods(bakery),
    supermarket: goods(dairy, produce, meat, frozen, pantry, beverages, household, personal),
    convenience: goods(dairy, pantry, beverages, household, of(personal, /Personal/)),
    greengrocer: goods(produce, of(dairy, /Eggs/), of(pantry, /Pasta/)),
    pharmacy: goods(pharmacy, personal),
    electronics: goods(electronics),
    pets: goods(pets),
    florist: goods(flowers),
    front_warehouse: goods(
      dairy, produce, meat, frozen, pantry, beverages, household, personal, pets, of(bakery, /Bread|Bizcochos/), pharmacy,
    ), // prettier-ignore
    lightning_warehouse: goods(
      dairy, produce, meat, frozen, pantry, beverages, household, personal, pets,
      pharmacy, electronics,
    ), // prettier-ignore
  };
}
