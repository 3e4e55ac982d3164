import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import type { Random } from '@halfhour/kernel';

/** Stands between two programs and passes on what they say, until it is told to cut them off. */
export interface CuttingProxy {
  readonly port: number;
  /** Where new connections go from now on. */
  target: number;
  /**
   * From now on each connection, old or new, breaks after at most so many bytes towards the one who connected, and
   * often in the middle of a message; 0 ends it.
   */
  cutWithin(bytes: number): void;
  /** Connections broken so far. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function startCuttingProxy(random: Random): Promise<CuttingProxy> {
  let within = 0;
  let cuts = 0;
  const connections = new Set<{ left: number; cut: () => void }>();
  const server = createServer((from) => {
    const to = connect({ host: '127.0.0.1', port: proxy.target });
    const connection = {
      left: within === 0 ? Infinity : 1 + random.below(within),
      cut: () => {
        connections.delete(connection);
        from.destroy();
        to.destroy();
      },
    };
    connections.add(connection);
    from.pipe(to);
    to.on('data', (chunk: Buffer) => {
      if (chunk.length < connection.left) {
        connection.left -= chunk.length;
        if (!from.write(chunk)) to.pause();
        return;
      }
      cuts += 1;
      const last = chunk.subarray(0, connection.left);
      connection.left = 0;
      to.pause();
      // What comes before the cut arrives, or nothing would be cut in its middle.
      from.write(last, connection.cut);
    });
    from.on('drain', () => to.resume());
    for (const socket of [from, to] satisfies Socket[]) {
      socket.setNoDelay(true);
      socket.on('error', connection.cut);
      socket.on('close', connection.cut);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const proxy: CuttingProxy = {
    port: (server.address() as AddressInfo).port,
    target: 0,
    cutWithin(bytes) {
      within = bytes;
      for (const connection of connections) {
        connection.left = bytes === 0 ? Infinity : 1 + random.below(bytes);
      }
    },
    get cuts() {
      return cuts;
    },
    close() {
      for (const connection of connections) connection.cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
