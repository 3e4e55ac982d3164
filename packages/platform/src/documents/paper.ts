import type { DocumentFormat, DocumentLanguage } from '@halfhour/contract';
import { type Currency, type EpochMs, type Result, err, localTime, ok } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';

/** What a document says, without its form. Numbers in cells are minor units. */
export interface Paper {
  readonly title: string;
  /** Of the file, without its extension: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly language: DocumentLanguage;
  readonly currency: Currency;
  /** When what it says became final: the same paper has the same date, whoever asks and when. */
  readonly at: EpochMs;
  /** What names it: above the lines of a PDF, in each row of a CSV. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly columns: readonly {
    readonly name: string;
    readonly kind: 'text' | 'amount';
    /** How wide, compared with the other columns. */
    readonly share: number;
  }[];
  readonly rows: readonly (readonly Cell[])[];
  /** Below the lines of a PDF. A CSV has none: whoever sums its lines must not count twice. */
  readonly totals: readonly (readonly [name: string, minor: number])[];
  readonly notes: readonly string[];
}

export type Cell = string | number;

export interface WantedForm {
  readonly format: DocumentFormat;
  readonly language: DocumentLanguage;
}

/** Lines that a document of each form has at most: a PDF is laid out line by line, by whom others wait for. */
export const MAX_LINES: Readonly<Record<DocumentFormat, number>> = { pdf: 1_000, csv: 50_000 };

/** Error: `invalid_request`, which says what to do instead. */
export function checkLines(
  lines: number,
  format: DocumentFormat,
  instead: string,
): Result<undefined, ApiError> {
  if (lines <= MAX_LINES[format]) return ok(undefined);
  const other = format === 'pdf' && lines <= MAX_LINES.csv ? 'Ask for it as `csv`.' : instead;
  return err({
    code: 'invalid_request',
    detail: `This has ${lines} lines; as ${format} a document has ${MAX_LINES[format]} at most. ${other}`,
  });
}

/** A moment by the market's clock, as a spreadsheet reads it: `2026-06-01 14:05`. */
export function localText(moment: EpochMs, timeZone: string): string {
  const { date, minuteOfDay } = localTime(moment, timeZone);
  const two = (value: number): string => value.toString().padStart(2, '0');
  return `${date} ${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}

/** Minor units as the currency writes them (ISO 4217), without marks between thousands: -5 of UYU is `-0.05`. */
export function decimalText(minor: number, currency: string): string {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const text = Math.abs(minor)
    .toString()
    .padStart(digits + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
