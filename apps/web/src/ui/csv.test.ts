import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.ts';

test('fields with commas, quotes and line breaks are quoted', () => {
  assert.equal(csvOf([['a', 'b,c', 'd"e', 'f\ng']]), '\u{FEFF}a,"b,c","d""e","f\ng"\r\n');
});

test('what a spreadsheet would run as a formula is text, and a number below zero stays a number', () => {
  assert.equal(csvOf([['=1+1', '@x', '-5.20', '-x']]), "\u{FEFF}'=1+1,'@x,-5.20,'-x\r\n");
});
