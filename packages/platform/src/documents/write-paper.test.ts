import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currency, epochMs } from '@halfhour/kernel';
import { isLatin } from './fonts.ts';
import { type Paper, checkLines, decimalText, localText } from './paper.ts';
import { kindWord, wordsOf } from './words.ts';
import { writePaper } from './write-paper.ts';

const AT = epochMs(1_780_315_200_000);
const paper = (more: Partial<Paper> = {}): Paper => ({
  title: 'Settlement of La Pasiva',
  name: 'settlement-1',
  language: 'en',
  currency: currency('UYU'),
  at: AT,
  facts: [['Payee', 'La Pasiva, "S.A."']],
  columns: [
    { name: 'What', kind: 'text', share: 2 },
    { name: 'Amount', kind: 'amount', share: 1 },
  ],
  rows: [
    ['Sale', 123_456],
    ['=SUM(A1)', -5],
  ],
  totals: [['Paid out', 123_451]],
  notes: [],
  ...more,
});
const bytesOf = async (of: Paper): Promise<Buffer> => {
  const { content, mediaType, name } = await writePaper(of, 'pdf');
  assert.deepEqual([mediaType, name], ['application/pdf', 'settlement-1.pdf']);
  assert.ok(content instanceof Uint8Array);
  return Buffer.from(content);
};
const pagesOf = (pdf: Buffer): number => [...pdf.toString('latin1').matchAll(/\/Type \/Page\n/g)].length;
const fontsOf = (pdf: Buffer): string[] =>
  [...pdf.toString('latin1').matchAll(/\/FontName \/[A-Z]{6}\+(\S+)/g)].map(([, name]) => name!).toSorted();

test('a CSV has a head, what names it in each row, amounts as numbers, and no formula', async () => {
  const { content, mediaType, name } = await writePaper(paper(), 'csv');
  assert.deepEqual([mediaType, name], ['text/csv', 'settlement-1.csv']);
  assert.equal(
    content,
    `\u{FEFF}Payee,What,Amount\r\n"La Pasiva, ""S.A.""",Sale,1234.56\r\n"La Pasiva, ""S.A.""",'=SUM(A1),-0.05\r\n`,
  );
});

test('the same paper is the same PDF, and another one is another', async () => {
  const first = await bytesOf(paper());
  assert.ok(first.equals(await bytesOf(paper())));
  assert.equal(first.subarray(0, 5).toString(), '%PDF-');
  assert.ok(!first.equals(await bytesOf(paper({ totals: [['Paid out', 123_450]] }))));
});

test('a PDF embeds the Latin face alone, and the Chinese one where a text needs it', async () => {
  assert.deepEqual(fontsOf(await bytesOf(paper())), ['NotoSans-Bold', 'NotoSans-Regular']);
  const chinese = await bytesOf(paper({ facts: [['收款方', '老北京烤鸭店（三里屯）']] }));
  assert.ok(fontsOf(chinese).some((name) => name.startsWith('NotoSansHans')));
  // Of 8 MB only the glyphs that are used.
  assert.ok(chinese.length < 200_000, `${chinese.length} bytes`);
});

test('lines go on over as many pages as they need', async () => {
  const rows = Array.from({ length: 120 }, (_, line) => [`Sale ${line}`, line] as const);
  assert.equal(pagesOf(await bytesOf(paper())), 1);
  assert.equal(pagesOf(await bytesOf(paper({ rows }))), 3);
});

test('too many lines are refused with what to do instead', () => {
  assert.ok(checkLines(1_000, 'pdf', 'Less.').ok && checkLines(50_000, 'csv', 'Less.').ok);
  const [pdf, csv] = [checkLines(1_001, 'pdf', 'Less.'), checkLines(50_001, 'csv', 'Less.')];
  assert.ok(!pdf.ok && pdf.error.detail!.endsWith('Ask for it as `csv`.'));
  assert.ok(!csv.ok && csv.error.detail!.endsWith('Less.'));
});

test('amounts have the places of their currency, moments the clock of the market', () => {
  assert.deepEqual(
    [decimalText(-5, 'UYU'), decimalText(0, 'EUR'), decimalText(-1_234, 'JPY'), decimalText(1_234, 'KWD')],
    ['-0.05', '0.00', '-1234', '1.234'],
  );
  assert.equal(localText(AT, 'America/Montevideo'), '2026-06-01 09:00');
});

test('names of Europe are Latin, those of China and Japan are not', () => {
  assert.deepEqual(['Ñandú & Cía – 5 €', 'Αθήνα', 'Киев'].map(isLatin), [true, true, true]);
  assert.deepEqual(['北京', 'ラーメン', 'ＡＢＣ', '３８'].map(isLatin), [false, false, false, false]);
});

test('the languages have the same words, and a kind that none has is itself', () => {
  const keys = (language: 'en' | 'zh' | 'es'): string[] => {
    const { kinds, feeKinds, ...rest } = wordsOf(language);
    return [kinds, feeKinds, rest].flatMap((each) => Object.keys(each));
  };
  assert.deepEqual(keys('zh'), keys('en'));
  assert.deepEqual(keys('es'), keys('en'));
  assert.equal(kindWord(wordsOf('zh'), 'refund-rfd_1d000000000g0'), '退款');
  assert.equal(kindWord(wordsOf('en'), 'unheard_of'), 'unheard_of');
});
