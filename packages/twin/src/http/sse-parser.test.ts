import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSseParser, type SseEvent } from './sse-parser.ts';

function parse(pieces: readonly string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = createSseParser((event) => events.push(event));
  for (const piece of pieces) parser.feed(piece);
  return events;
}

function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  const pieces: string[] = [];
  let from = 0;
  for (const place of [...at, text.length]) {
    pieces.push(text.slice(from, place));
    from = place;
  }
  return pieces;
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const word = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n\0]/g, '·'));

test('an event stream cut anywhere gives the events that were sent', () => {
  const sent = fc.array(
    fc.record({
      event: word,
      data: fc.array(word, { minLength: 1, maxLength: 3 }),
      id: word,
      comment: word,
      end: lineEnd,
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(sent, fc.boolean(), fc.array(fc.nat(400), { maxLength: 20 }), (events, mark, places) => {
      const text = events
        .map(({ event, data, id, comment, end }) =>
          [
            `:${comment}`,
            `event: ${event}`,
            ...data.map((line) => `data: ${line}`),
            `id: ${id}`,
            '',
            '',
          ].join(end),
        )
        .join('');
      const expected = events.map(({ event, data, id }) => ({
        event: event || 'message',
        data: data.join('\n'),
        id,
      }));
      assert.deepEqual(parse(cut((mark ? '\ufeff' : '') + text, places)), expected);
    }),
  );
});

test('an event without data is not given, and an id without data is kept for the next', () => {
  assert.deepEqual(parse(['event: a\n\n', 'id: 7\n\n', 'data\n\n']), [
    { event: 'message', data: '', id: '7' },
  ]);
});

test('an event that the stream ends within is not given', () => {
  assert.deepEqual(parse(['data: whole\n\ndata: half\n']), [{ event: 'message', data: 'whole', id: '' }]);
});

test('an event without end is refused instead of filling the memory', () => {
  const parser = createSseParser(() => {}, 100);
  assert.throws(() => parser.feed(`data: ${'x'.repeat(200)}`), RangeError);
});
