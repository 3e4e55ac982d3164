import { once } from 'node:events';
import { WebSocket } from 'ws';
import { pointAt } from '../scenarios/points.ts';
import type { SocketPlan, SocketReport } from './socket-load.ts';

/** The process that sends points over WebSockets, told what to do over IPC. See `socket-load.ts`. */
const OPENING_AT_ONCE = 100;

async function drive({ url, sockets, messagesPerSecond, warmUpSeconds, seconds }: SocketPlan): Promise<void> {
  const counts = { told: 0, closed: 0 };
  const open: WebSocket[] = [];
  for (let start = 0; start < sockets.length; start += OPENING_AT_ONCE) {
    const some = sockets.slice(start, start + OPENING_AT_ONCE).map(async ({ path, token }) => {
      const socket = new WebSocket(url + path, { headers: { authorization: `Bearer ${token}` } });
      socket.on('message', () => (counts.told += 1));
      socket.on('close', () => (counts.closed += 1));
      await once(socket, 'open');
      open.push(socket);
    });
    await Promise.all(some);
  }
  const startedMs = performance.now();
  let sent = 0;
  let missed = 0;
  const sendUntil = async (untilMs: number): Promise<void> => {
    for (let now = performance.now(); now < untilMs; now = performance.now()) {
      const due = ((now - startedMs) / 1_000) * messagesPerSecond - missed;
      // Where this process gets no processor, what it should have sent is left out: a burst is what the limit is for.
      const late = Math.floor(due - sent - messagesPerSecond / 2);
      if (late > 0) missed += late;
      const at = Date.now();
      for (; sent < due - Math.max(late, 0); sent++)
        open[sent % open.length]!.send(JSON.stringify({ points: [pointAt(at, sent)] }));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  await sendUntil(startedMs + warmUpSeconds * 1_000);
  process.send!('counting');
  const [cpu, before, fromMs] = [process.cpuUsage(), sent, performance.now()];
  await sendUntil(startedMs + (warmUpSeconds + seconds) * 1_000);
  const tookSeconds = (performance.now() - fromMs) / 1_000;
  const counted = sent - before;
  // A socket closes after all that was sent over it was taken.
  const drainFromMs = performance.now();
  const { closed } = counts;
  await Promise.all(
    open.map(async (socket) => {
      socket.close();
      if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  process.send!('counted');
  process.send!({
    sent: counted,
    seconds: tookSeconds,
    drainSeconds: (performance.now() - drainFromMs) / 1_000,
    told: counts.told,
    closed,
    generatorCpuMicros: user + system,
  } satisfies SocketReport);
}

process.once('message', (plan: SocketPlan) => void drive(plan));
// Without its parent nobody wants the load.
process.on('disconnect', () => process.exit());
