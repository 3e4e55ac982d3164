import type { OpeningHours } from '@halfhour/contract';
import type { Random } from '@halfhour/kernel';

type Span = readonly [opensMinute: number, closesMinute: number];

const at = (hour: number, minute = 0): number => hour * 60 + minute;

/** Ways in which stores of this city are open; each gives the spans of a weekday (0 = Sunday). */
export type HoursPattern =
  | 'kitchen'
  | 'cafe'
  | 'ice_cream'
  | 'bakery'
  | 'supermarket'
  | 'convenience'
  | 'greengrocer'
  | 'pharmacy'
  | 'office_hours'
  | 'florist'
  | 'front_warehouse'
  | 'lightning_warehouse';

/** Opening hours of one store: the pattern of its kind with what differs from door to door. */
export function openingHours(pattern: HoursPattern, random: Random): OpeningHours[] {
  const spansOf = weekOf(pattern, random);
  const hours: OpeningHours[] = [];
  for (let weekday = 0; weekday < 7; weekday++) {
    for (const [opensMinute, closesMinute] of spansOf(weekday))
      hours.push({ weekday, opensMinute, closesMinute });
  }
  return hours;
}

function weekOf(pattern: HoursPattern, random: Random): (weekday: number) => readonly Span[] {
  const later = random.pick([0, 0, 30]);
  const isWeekend = (weekday: number): boolean => weekday === 0 || weekday === 6;
  switch (pattern) {
    case 'kitchen':
      return kitchenWeek(random, later);
    case 'cafe':
      return (weekday) => (isWeekend(weekday) ? [[at(9), at(21) + later]] : [[at(8), at(20, 30) + later]]);
    case 'ice_cream':
      return (weekday) => [[at(11, 30), (weekday >= 5 ? at(25) : at(24)) + later]];
    case 'bakery':
      return (weekday) => [[at(6, 30), weekday === 0 ? at(14) : at(21)]];
    case 'supermarket':
      return () => [[at(8), at(22)]];
    case 'convenience': {
      const allNight = random.next() < 0.2;
      return () => (allNight ? [[0, at(24)]] : [[at(8), at(23) + later]]);
    }
    case 'greengrocer':
      return (weekday) => [[at(8), weekday === 0 ? at(13, 30) : at(20, 30)]];
    case 'pharmacy': {
      const allNight = random.next() < 0.25;
      return (weekday) =>
        allNight ? [[0, at(24)]] : [weekday === 0 ? [at(9), at(20)] : [at(8, 30), at(22)]];
    }
    case 'office_hours':
      return (weekday) =>
        weekday === 0 ? [] : weekday === 6 ? [[at(10), at(15)]] : [[at(9, 30), at(19, 30)]];
    case 'florist':
      return (weekday) => [[at(9), weekday === 0 ? at(14) : at(20)]];
    case 'front_warehouse':
      return () => [[at(8), at(24)]];
    case 'lightning_warehouse':
      return () => [[0, at(24)]];
  }
}

/** Lunch and dinner apart, or the whole day through; one in six rests on Mondays, one in six on Sunday nights. */
function kitchenWeek(random: Random, later: number): (weekday: number) => readonly Span[] {
  const isContinuous = random.next() < 0.55;
  const rests = random.below(6);
  return (weekday) => {
    const closes = (weekday === 5 || weekday === 6 ? at(25) : at(24)) + later;
    if (rests === 0 && weekday === 1) return [];
    if (rests === 1 && weekday === 0) return [[at(11, 30), at(16)]];
    if (isContinuous) return [[at(11) + later, closes]];
    return [
      [at(11, 30), at(15) + later],
      [at(19), closes],
    ];
  };
}
