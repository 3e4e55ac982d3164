import assert from 'node:assert/strict';
import { test } from 'node:test';
import { err, ok } from '@halfhour/kernel';
import { createTestDatabase } from '../testing/index.ts';
import { Line, TransactionConflict, isRowFault, sqlState } from './index.ts';

const db = await createTestDatabase();
await db.query('create table public.note (n int primary key, text text)');
const count = async (): Promise<number> => {
  const rows = await db.query<{ n: string }>('select count(*) as n from note');
  return Number(rows[0]!.n);
};

test('a transaction rolls back when it throws, and transact also when its Result is an error', async () => {
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.query('insert into note values (1)');
      throw new Error('no');
    }),
  );
  const refused = await db.transact(async (tx) => {
    await tx.query('insert into note values (2)');
    return err({ code: 'refused' });
  });
  assert.ok(!refused.ok);
  assert.equal(await count(), 0);
  await db.transact(async (tx) => {
    await tx.query('insert into note values (3)');
    return ok(undefined);
  });
  assert.equal(await count(), 1);
});

test('a transaction that lost a race is run again, but not without end', async () => {
  let tries = 0;
  const answer = await db.transaction(() => {
    tries += 1;
    return tries < 3 ? Promise.reject(new TransactionConflict('again')) : Promise.resolve(tries);
  });
  assert.equal(answer, 3);
  await assert.rejects(
    db.transaction(() => Promise.reject(new TransactionConflict('always'))),
    TransactionConflict,
  );
});

test('two transactions that lock each other out both end well', async () => {
  await db.query(`insert into note values (10, ''), (11, '')`);
  const both = (first: number, second: number): Promise<void> =>
    db.transaction(async (tx) => {
      await tx.query('update note set text = text || $2 where n = $1', [first, 'x']);
      await new Promise(setImmediate);
      await tx.query('update note set text = text || $2 where n = $1', [second, 'x']);
    });
  await Promise.all([both(10, 11), both(11, 10)]);
  const rows = await db.query<{ text: string }>('select text from note where n in (10, 11)');
  assert.deepEqual(
    rows.map((row) => row.text),
    ['xx', 'xx'],
  );
});

test('faults of a row are told from faults of the server', async () => {
  const fault = async (text: string): Promise<unknown> => db.query(text).catch((error: unknown) => error);
  assert.equal(isRowFault(await fault('insert into note values (3)')), true);
  assert.equal(isRowFault(await fault(`select 'x'::int`)), true);
  assert.equal(isRowFault(await fault('select nonsense')), false);
  assert.equal(sqlState(new Error('other')), undefined);
});

test('moments come back as the milliseconds that were sent', async () => {
  const [row] = await db.query<{ at: number; none: null }>(
    `select $1::timestamptz as at, null::timestamptz as none`,
    ['2026-06-01T12:34:56.789Z'],
  );
  assert.deepEqual(row, { at: Date.UTC(2026, 5, 1, 12, 34, 56, 789), none: null });
});

test('a connection that breaks while nobody uses it does not end the process', async () => {
  const client = await db.pool.connect();
  assert.doesNotThrow(() => client.emit('error', new Error('terminating connection')));
  client.release(true);
  assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }]);
});

test('what is written without waiting is done in its order, before what is asked after it', async () => {
  const texts = await db.transaction(async (tx) => {
    tx.write(`insert into note values (20, 'a')`);
    tx.write(`update note set text = text || 'b' where n = 20`);
    const rows = await tx.query<{ text: string }>('select text from note where n = 20');
    tx.write(`update note set text = text || 'c' where n = 20`);
    return rows.map(({ text }) => text);
  });
  assert.deepEqual(texts, ['ab']);
  assert.deepEqual(await db.query('select text from note where n = 20'), [{ text: 'abc' }]);
});

test('a write that fails undoes the transaction and is what it fails by, wherever it is noticed', async () => {
  const before = await count();
  const isTwice = (error: unknown): boolean => sqlState(error) === '23505';
  await assert.rejects(
    db.transaction(async (tx) => {
      tx.write('insert into note values (30)');
      tx.write('insert into note values (30)');
      tx.write('insert into note values (31)');
    }),
    isTwice,
  );
  await assert.rejects(
    db.transaction(async (tx) => {
      tx.write('insert into note values (30)');
      tx.write('insert into note values (30)');
      await tx.query('select 1');
    }),
    isTwice,
  );
  await assert.rejects(
    db.transaction(async (tx) => {
      tx.write('insert into note values (30)');
      tx.write('insert into note values ($1::int)', [{ toPostgres: () => assert.fail('cannot be sent') }]);
    }),
    /cannot be sent/,
  );
  await assert.rejects(
    db.transaction(async (tx) => {
      tx.write('insert into note values (30)');
      throw new Error('thought better of it');
    }),
    /thought better/,
  );
  assert.equal(await count(), before);
});

test('rows that a write must find and does not make the transaction run again', async () => {
  let attempts = 0;
  await db.transaction(async (tx) => {
    attempts += 1;
    assert.equal(tx.attempt, attempts);
    tx.write(`insert into note values (40 + $1::int)`, [attempts]);
    tx.write(
      `with found as (select from note where n = 42) select halfhour.require_rows(count(*), 1) from found`,
    );
  });
  assert.equal(attempts, 2);
  assert.deepEqual(await db.query('select n from note where n > 40'), [{ n: 42 }]);
});

test('transactions on a line follow each other on one connection, whatever becomes of the one before', async () => {
  const line = new Line();
  const backends: number[] = [];
  const insert = (n: number): Promise<void> =>
    db.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      backends.push(row!.pid);
      tx.write('insert into note values ($1::int)', [n]);
      if (n === 52) throw new Error('thought better of it');
    }, line);
  const outcomes = await Promise.allSettled([50, 51, 50, 52, 53].map(insert));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await db.query('select n from note where n >= 50 order by n'), [
    { n: 50 },
    { n: 51 },
    { n: 53 },
  ]);
  assert.equal(new Set(backends).size, 1);
  await insert(54);
});

test('a statement that is new to a connection survives the end of the transaction that brought it', async () => {
  const line = new Line();
  const [first, second] = ['select 1/0 as never', 'select 71 as n'];
  // Behind each other on a connection that knows none of these: the second relies on what the first has sent.
  const failing = db.transaction(async (tx) => {
    tx.write(first);
    tx.write(second);
  }, line);
  const behind = db.transaction((tx) => tx.query<{ n: number }>(second), line);
  await assert.rejects(failing, (error) => sqlState(error) === '22012');
  assert.deepEqual(await behind, [{ n: 71 }]);
});

test('a line whose connection dies takes another', async () => {
  const line = new Line();
  const dying = db.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await db.query('select pg_terminate_backend($1)', [row!.pid]);
    tx.write('insert into note values (60)');
  }, line);
  const next = db.transaction(async (tx) => tx.write('insert into note values (61)'), line);
  await assert.rejects(dying);
  await next.catch(() => undefined);
  await db.transaction(async (tx) => tx.write('insert into note values (62)'), line);
  const rows = await db.query<{ n: number }>('select n from note where n >= 60 order by n');
  assert.equal(rows.at(-1)!.n, 62);
  assert.ok(!rows.some(({ n }) => n === 60));
});
