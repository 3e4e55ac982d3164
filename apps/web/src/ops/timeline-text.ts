import type { Format } from '../ui/format.ts';

/** `OrderPickedUp`, `order_picked_up`, `order.picked-up` → `Order picked up`. */
export function humanise(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s._-]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
  const sentence = words.join(' ');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

const MOMENT = /^\d{4}-\d\d-\d\dT/;
const ID = /^[a-z]{3}_[0-7][0-9a-v]{12}$/;

/**
 * The facts of a timeline entry that a person can use. Units stand last in names all over the platform
 * (`amountMinor`, `etaSeconds`, `readyAt`), so a fact can be written properly without knowing its event.
 * Ids that `nameOf` does not know, and nested facts, are left out.
 */
export function factsOf(
  data: Readonly<Record<string, unknown>>,
  format: Format,
  nameOf: (id: string) => string | undefined,
): Fact[] {
  const facts: Fact[] = [];
  for (const [key, value] of Object.entries(data)) {
    const written = writeValue(key, value, format, nameOf);
    if (written === undefined || written === '') continue;
    facts.push({
      name: humanise(key.replace(/(Minor|Seconds|Metres|Minutes|At|Id)$/, '') || key),
      value: written,
    });
  }
  return facts;
}

function writeValue(
  key: string,
  value: unknown,
  format: Format,
  nameOf: (id: string) => string | undefined,
): string | undefined {
  if (typeof value === 'number') {
    if (key.endsWith('Minor')) return format.money(value);
    if (key.endsWith('Seconds')) return `${format.number(value / 60, value % 60 === 0 ? 0 : 1)} min`;
    if (key.endsWith('Minutes')) return `${format.number(value)} min`;
    if (key.endsWith('Metres')) return `${format.number(value)} m`;
    return format.number(value, Number.isInteger(value) ? 0 : 1);
  }
  if (typeof value === 'boolean') return value ? '✓' : '✗';
  if (typeof value !== 'string') return undefined;
  if (MOMENT.test(value)) return format.time(value);
  if (ID.test(value)) return nameOf(value);
  return value;
}
