export { type Cell, type Paper, type WantedForm, MAX_LINES, checkLines, localText } from './paper.ts';
export { type Words, kindWord, wordsOf } from './words.ts';
export { writePaper } from './write-paper.ts';
