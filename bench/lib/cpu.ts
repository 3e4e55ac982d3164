import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The process of the Postgres in a data folder of `startEmbeddedPostgres`. */
export async function postgresPidOf(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** CPU time of Postgres, its ended backends included. Linux: /proc in ticks of 10 ms. */
export async function postgresCpuMicros(postgresPid: number): Promise<number> {
  let ticks = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isServer = Number(entry) === postgresPid;
    if (!isServer && Number(fields[1]) !== postgresPid) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
    if (isServer) ticks += Number(fields[13]) + Number(fields[14]);
  }
  return ticks * 10_000;
}
