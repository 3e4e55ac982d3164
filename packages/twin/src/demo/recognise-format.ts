import { seededRandom } from '@halfhour/kernel';
import type { Place } from '@halfhour/engines/city';
import type { StoreFormatName } from './demo-market.ts';

/**
 * What a place most likely sells, from OpenStreetMap's word for it and from its name; most restaurants carry
 * no `cuisine` tag. The first pattern that fits wins, so the narrow ones stand before the wide ones.
 */
const CUISINE_OF_NAME: readonly (readonly [RegExp, StoreFormatName])[] = [
  [/sushi|moshi|kon[ií]chi|nikkei/i, 'sushi'],
  [/\bchin[oa]\b|cant[oó]n|\basia\b|bamb[uú]|wok|hong/i, 'chinese'],
  [/hummus|erevan|shisha|namaste|\bindia|kebab|[aá]rabe|raffi|shawarma|lehmeyun|mediterr/i, 'levant'],
  [/urumex|mexic|taco|peruan|burrito/i, 'mexican'],
  [/veget|vegan|natural|granola|living food|punto sano|samsara|girasoles|mercado verde/i, 'vegetarian'],
  [/empanad/i, 'empanadas'],
  [/pizz|muzza|fain[aá]/i, 'pizzeria'],
  [/chivi|milanesa|minutas/i, 'chivito'],
  [/burger|hot rod|pancho|papas|papa frita|la mole|frankfurt|hambur/i, 'burgers'],
  [/parri|brasa|fog[oó]n|gaucho|barbacoa|steak|vaca\b|criolla|rodeo|candil|carne|fuegos|medall[oó]n/i, 'parrilla'],
  [/pasta|nonna|nostra|mamma|ital|commedia|fellini|corleone|soprano|francesco|ciccio|tartufo|feggatti|\broma\b|bocatti/i, 'pasta'],
  [/\bmar\b|\bpez\b|sea food|vasc[ao]|taberna|tasca|ib[eé]rica|mes[oó]n|amarras|m[aá]stil|gazpacho|marbella|puert/i, 'seafood'],
  [/helad|gelat|freddo|grido/i, 'ice_cream'],
  [/caf[eé]|coffee|confiter|bistr[oó]/i, 'cafe'],
]; // prettier-ignore

const FORMAT_OF_KIND: Readonly<Record<string, StoreFormatName>> = {
  ice_cream: 'ice_cream',
  cafe: 'cafe',
  bakery: 'bakery',
  supermarket: 'supermarket',
  convenience: 'convenience',
  greengrocer: 'greengrocer',
  pharmacy: 'pharmacy',
  electronics: 'electronics',
  mobile_phone: 'electronics',
  computer: 'electronics',
  pet: 'pets',
  florist: 'florist',
};

/** A restaurant whose name says nothing is one of these, the same one each time. */
const PLAIN_RESTAURANTS: readonly StoreFormatName[] = [
  'chivito',
  'chivito',
  'parrilla',
  'parrilla',
  'pizzeria',
  'pasta',
];

/** Names that say what a place is and not which one. */
const NAMELESS =
  /^(pizzer[ií]as?|pizzas|caf[eé]|almac[eé]n|supermercad(o|io)|minimercado|mini ?market|mini|parrill?ada|carnicer[ií]a|panader[ií]a|florer[ií]a|farmacia|casa de comidas|bakery.*|panificadora|restaurante?|rotiser[ií]a|tienda de helados|bizcocher[ií]a|petshop|veterinaria|coffee shop|buffet.*|electricidad|materiales el[eé]ctricos|alimentos para mascotas|tienda de mascotas|quiosco|express|pizzer[ií]a (chiviter[ií]a )?parrillada( restaurant)?|pizzer[ií]a y parrillada|.{1,3})$/i;
/** Chains whose menu the whole world knows: an invented one under their name would read as a mistake. */
const FIXED_MENUS = /mcdonald|mccaf|burger king|subway|chili'?s|starbucks|illy|mccain|mostaza|havanna/i;
const NOT_A_RETAILER =
  /sony|service|rebobinado|re-bobinado|motores|refrigerac|alarma|importador|m[aá]quinas|barraca|cooperativ|coop\b|envases|homeopat|peluquer|agropecuaria|hospital|mayorista|cyber|electric|fibra|lamp|dr\. cell|trovador/i;

/** The format of the store that a place would be, or undefined where it would not be one on a delivery platform. */
export function recogniseFormat(place: Place): StoreFormatName | undefined {
  const name = place.name.trim();
  if (NAMELESS.test(name) || FIXED_MENUS.test(name) || name.length > 45) return undefined;
  if (['restaurant', 'fast_food', 'cafe', 'ice_cream'].includes(place.kind)) {
    for (const [pattern, format] of CUISINE_OF_NAME) if (pattern.test(name)) return format;
    if (place.kind === 'restaurant') return seededRandom(`plain restaurant ${name}`).pick(PLAIN_RESTAURANTS);
    if (place.kind === 'fast_food') return 'burgers';
  } else if (NOT_A_RETAILER.test(name)) return undefined;
  return FORMAT_OF_KIND[place.kind];
}

/** What a shop of this format is called before its proper name, where the name does not say it already. */
const TITLES: Partial<Record<StoreFormatName, readonly [title: string, said: RegExp]>> = {
  pharmacy: ['Farmacia', /farma|pharma|pigalle|san roque|t[uú]nel|tienda inglesa|urroz/i],
  bakery: ['Panadería', /panad|bakery|pan\b|trigo|flauta|espiga|masa|panes|confiter/i],
  convenience: [
    'Almacén',
    /almac|shop|market|mercad|super|auto|salón|provisi|kios|devoto|ahorro|rebajas|minis?\b/i,
  ],
  supermarket: [
    'Supermercado',
    /super|market|mercad|devoto|disco|ta\s*-?\s*ta|tienda|frog|kinko|g[eé]ant|auto|macro|multi|frigo|portisur/i,
  ],
  greengrocer: ['Frutería', /fruta|fruter|huerta|verd|quinta|market/i],
  florist: ['Florería', /flor|flower|jard/i],
  pets: ['Veterinaria', /pet|mascota|vet|perro|canin|acuario/i],
};

/** The name as the street knows it: `Abril`, a pharmacy, is Farmacia Abril where Spanish is spoken. */
export function displayName(place: Place, format: StoreFormatName, isSpanish: boolean): string {
  const name = place.name.trim().replace(/\s+/g, ' ');
  const tidy =
    name.length > 4 && name === name.toUpperCase() ? titleCase(name) : name[0]!.toUpperCase() + name.slice(1);
  const title = isSpanish ? TITLES[format] : undefined;
  return title === undefined || title[1].test(tidy) ? tidy : `${title[0]} ${tidy}`;
}

/** Stores of one chain share this: numbers, branch names and spelling aside. */
export function chainKey(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(
      /^(farmashop|san roque|devoto|disco|kinko|frog|multi ?ahorro|macro ?mercado|grido|la pasiva|pigalle)\b.*$/,
      '$1',
    )
    .replace(/^ta\s*-?\s*ta$/, 'ta-ta')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function titleCase(text: string): string {
  return text.toLowerCase().replace(/(^|\s)\p{L}/gu, (letter) => letter.toUpperCase());
}
