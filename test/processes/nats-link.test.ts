import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemTicker } from '@halfhour/kernel';
import { createLog } from '../../apps/server/src/log.ts';
import { type Link, openNatsLink } from '../../apps/server/src/nats-link.ts';
import { WITHOUT_NATS, natsServer } from '../nats-server.ts';

const nats = await natsServer();
const links: Link[] = [];
after(async () => {
  await Promise.all(links.map((link) => link.close()));
});

function open(): { readonly link: Link; readonly heard: string[] } {
  const log = createLog({ level: 'silent' });
  const link = openNatsLink(nats.url, { ticker: systemTicker, random: () => 0, log });
  const heard: string[] = [];
  link.subscribe('halfhour.test.*', (subject, text) => heard.push(`${subject.split('.')[2]} ${text}`));
  links.push(link);
  return { link, heard };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 1_500, `never: ${what}`);
    await delay(20);
  }
}

test(
  'messages reach the others and not oneself; while the server is away they are dropped, and it comes back',
  { skip: WITHOUT_NATS },
  async () => {
    // Opened before there is a server.
    const one = open();
    const two = open();
    one.link.publish('halfhour.test.a', 'nobody hears');
    assert.deepEqual([one.link.connected, one.link.dropped], [false, 1]);

    for (let life = 1; life <= 3; life++) {
      await nats.start();
      await until('connected', () => one.link.connected && two.link.connected);
      // Whether the other's subscription is there already only its answer tells.
      const hello = `life ${life}`;
      await until('heard', () => {
        one.link.publish('halfhour.test.a', hello);
        return two.heard.includes(`a ${hello}`);
      });
      await nats.kill();
      await until('noticed', () => !one.link.connected && !two.link.connected);
      const before = one.link.dropped;
      for (let message = 0; message < 1_000; message++) one.link.publish('halfhour.test.a', 'lost');
      assert.equal(one.link.dropped, before + 1_000);
    }
    assert.deepEqual(one.heard, []);
    assert.ok(!two.heard.includes('a lost'));
  },
);

test(
  'a server that takes nothing more makes messages be dropped, not queued without end',
  { skip: WITHOUT_NATS },
  async () => {
    await nats.start();
    const { link } = open();
    await until('connected', () => link.connected);
    nats.send('SIGSTOP');
    const text = 'x'.repeat(100_000);
    let sent = 0;
    for (; link.dropped === 0; sent++) {
      assert.ok(sent < 1_000, 'a hundred megabytes were taken');
      link.publish('halfhour.test.b', text);
      if (sent % 10 === 0) await delay(1);
    }
    assert.ok(sent * text.length >= 4_000_000);
    nats.send('SIGCONT');
    await until('goes on', () => {
      const before = link.dropped;
      link.publish('halfhour.test.b', text);
      return link.connected && link.dropped === before;
    });
  },
);

test('a link that never had a server closes at once', async () => {
  const log = createLog({ level: 'silent' });
  const link = openNatsLink('nats://127.0.0.1:1', { ticker: systemTicker, random: () => 1, log });
  await link.close();
  link.publish('halfhour.test.c', 'late');
  assert.deepEqual([link.connected, link.dropped], [false, 1]);
});
