import { stringify } from 'csv-stringify/sync';
import { type Paper, decimalText } from './paper.ts';

/**
 * A paper as CSV (RFC 4180) in UTF-8 with the mark by which spreadsheets know it. Text that a spreadsheet would take for a
 * formula (OWASP, CSV injection) begins with an apostrophe; amounts below zero stay numbers.
 */
export function writeCsv({ facts, columns, rows, currency }: Paper): string {
  const head = [...facts.map(([name]) => name), ...columns.map(({ name }) => name)];
  const named = facts.map(([, value]) => value);
  return stringify([head, ...rows.map((row) => [...named, ...row])], {
    bom: true,
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { number: (minor) => ({ value: decimalText(minor, currency), escape_formulas: false }) },
  });
}
