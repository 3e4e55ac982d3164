import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

/** A program that says what it does; `stop` is the body of its stopping, `now` that of its clock. */
function start(stop: string, now = 'performance.now()') {
  const program = `
    import { stopOnSignal } from ${JSON.stringify(new URL('stop-signals.ts', import.meta.url).href)};
    stopOnSignal(async () => { ${stop} }, {
      now: () => ${now},
      onStop: (signal) => console.log('stopping ' + signal),
      onError: (error) => console.log('failed ' + error.message),
    });
    setInterval(() => {}, 1000);
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const changed: (() => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    for (const look of changed) look();
  });
  return {
    child,
    said: (words: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (said.includes(words)) resolve();
        };
        changed.push(look);
        look();
      }),
    exit: once(child, 'exit').then(([code]) => code as number),
  };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} stops and exits with 0`, async () => {
    const program = start(`console.log('stopped')`);
    await program.said('up');
    program.child.kill(signal);
    await program.said(`stopping ${signal}`);
    assert.equal(await program.exit, 0);
  });
}

test('a stop that fails exits with 1', async () => {
  const program = start(`throw new Error('stuck')`);
  await program.said('up');
  program.child.kill('SIGTERM');
  await program.said('failed stuck');
  assert.equal(await program.exit, 1);
});

test('a second signal exits at once; one that comes with the first is the same', async () => {
  const hanging = 'await new Promise(() => {})';
  const impatient = start(hanging, '(globalThis.time = (globalThis.time ?? 0) + 501)');
  await impatient.said('up');
  impatient.child.kill('SIGINT');
  await impatient.said('stopping');
  impatient.child.kill('SIGINT');
  assert.equal(await impatient.exit, 130);

  const twice = start(
    `process.once('SIGUSR2', () => process.exit(7)); console.log('hanging'); ${hanging}`,
    '0',
  );
  await twice.said('up');
  twice.child.kill('SIGINT');
  await twice.said('hanging');
  twice.child.kill('SIGTERM');
  twice.child.kill('SIGUSR2');
  assert.equal(await twice.exit, 7, 'still stopping when asked');
});
