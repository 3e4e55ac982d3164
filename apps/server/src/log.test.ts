import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createLog } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  write(createLog({ level: 'info', destination }));
  return lines.map((line) => {
    assert.equal(line.indexOf('\n'), line.length - 1, 'one line');
    return JSON.parse(line) as Record<string, unknown>;
  });
}

test('an event is one JSON line with its level and time', () => {
  const [line] = logged((log) => log.warn({ event: 'slow', ms: 12 }, 'two\nlines'));
  assert.deepEqual(
    { ...line, time: 0 },
    { level: 'warn', time: 0, event: 'slow', ms: 12, msg: 'two\nlines' },
  );
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT.*Z$/);
});

test('secrets are blotted out however deep they stand and however they are written', () => {
  const fields = {
    event: 'request',
    token: 'hunter2',
    headers: { Authorization: 'Bearer hunter2', cookie: 'hunter2', 'set-cookie': ['hunter2'] },
    list: [{ body: { password: 'hunter2', email: 'a@example.com', deeper: { code: 'hunter2' } } }],
  };
  const [line] = logged((log) => log.info(fields));
  assert.doesNotMatch(JSON.stringify(line), /hunter2/);
  assert.match(JSON.stringify(line), /a@example\.com/);
  assert.equal(fields.token, 'hunter2', 'what was logged is not changed');
});

test('an error is logged with its stack, code and cause', () => {
  const error = new Error('outer', { cause: Object.assign(new Error('inner'), { code: '57P01' }) });
  const [line] = logged((log) => log.error({ event: 'failure', err: error }));
  const { err } = line as {
    err: { type: string; stack: string; cause: { message: string; errorCode: string } };
  };
  assert.equal(err.type, 'Error');
  assert.match(err.stack, /log\.test\.ts/);
  assert.deepEqual([err.cause.message, err.cause.errorCode], ['inner', '57P01']);
});

test('what refers to itself is cut off, not followed for ever', () => {
  const loop: Record<string, unknown> = { event: 'loop' };
  loop['self'] = loop;
  assert.match(JSON.stringify(logged((log) => log.info(loop))), /deeper than logs go/);
});
