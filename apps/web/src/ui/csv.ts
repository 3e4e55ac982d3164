/**
 * Rows as CSV (RFC 4180), with the mark by which spreadsheets know UTF-8. What a spreadsheet would take for a formula
 * is written as text (OWASP, CSV injection); numbers below zero stay numbers.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\u{FEFF}${rows.map((row) => row.map(fieldOf).join(',')).join('\r\n')}\r\n`;
}

function fieldOf(value: string): string {
  const plain = /^[=+@\t\r]|^-(?![\d.]+$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
