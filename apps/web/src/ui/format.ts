/** How moments, money and numbers are written in one market: its time zone and currency, the reader's language. */
export interface Format {
  /** `14:05`. */
  time(moment: string | number): string;
  /** `14:05:09`. */
  timeWithSeconds(moment: string | number): string;
  /** `Mon 23 Nov`. */
  day(moment: string | number): string;
  /** `23 Nov 2026, 14:05`, for what may lie long ago. */
  dateTime(moment: string | number): string;
  /** `23 Nov 2026`. */
  date(moment: string | number): string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA. */
  readonly timeZone: string;
  /** How many digits of the currency stand behind the point. */
  readonly currencyDigits: number;
  /** `1,234.50` in a column whose head names the currency. */
  amount(minor: number): string;
  /** `1234.50`, for machines. */
  plainAmount(minor: number): string;
  money(minor: number): string;
  /** Short, for large sums: `$ 1.2M`. */
  moneyShort(minor: number): string;
  number(value: number, digits?: number): string;
  percent(value: number): string;
}

/**
 * @param language BCP 47
 * @param timeZone IANA name
 * @param currency ISO 4217
 */
export function createFormat(language: string, timeZone: string, currency: string): Format {
  const clock = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const time = new Intl.DateTimeFormat(language, clock);
  const timeWithSeconds = new Intl.DateTimeFormat(language, { ...clock, second: '2-digit' });
  const day = new Intl.DateTimeFormat(language, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  });
  const calendar = { timeZone, day: 'numeric', month: 'short', year: 'numeric' } as const;
  const date = new Intl.DateTimeFormat(language, calendar);
  const dateTime = new Intl.DateTimeFormat(language, { ...calendar, ...clock });
  const style = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
  const money = new Intl.NumberFormat(language, style);
  const moneyShort = new Intl.NumberFormat(language, {
    ...style,
    notation: 'compact',
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  });
  const currencyDigits = money.resolvedOptions().maximumFractionDigits ?? 2;
  const minorInMajor = 10 ** currencyDigits;
  const amount = new Intl.NumberFormat(language, {
    minimumFractionDigits: currencyDigits,
    maximumFractionDigits: currencyDigits,
  });
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const numbers = [0, 1, 2].map(
    (digits) =>
      new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  return {
    time: (moment) => time.format(new Date(moment)),
    timeWithSeconds: (moment) => timeWithSeconds.format(new Date(moment)),
    day: (moment) => day.format(new Date(moment)),
    dateTime: (moment) => dateTime.format(new Date(moment)),
    date: (moment) => date.format(new Date(moment)),
    currency,
    timeZone,
    currencyDigits,
    plainAmount: (minor) => (minor / minorInMajor).toFixed(currencyDigits),
    amount: (minor) => amount.format(minor / minorInMajor),
    money: (minor) => money.format(minor / minorInMajor),
    moneyShort: (minor) => moneyShort.format(minor / minorInMajor),
    number: (value, digits = 0) => numbers[Math.min(2, digits)]!.format(value),
    percent: (value) => percent.format(value / 100),
  };
}
