import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { copyCluster } from './base-backup.ts';
import { openDatabase } from './database.ts';
import { type EmbeddedPostgres, serverAccount, startEmbeddedPostgres } from './embedded.ts';

export interface Standby extends EmbeddedPostgres {
  /** Ends the replication and takes writes, once all that it was sent is replayed. */
  promote(): Promise<void>;
}

/**
 * Starts a second embedded server in `folder`, a folder that does not exist yet, as a streaming standby of one that
 * runs: a base backup of it with `standby.signal`. The primary knows it by `name`; with this name in its
 * `synchronous_standby_names` a commit is acknowledged when it is on both disks.
 *
 * @param primary the server, and the data folder that it runs in
 */
export async function startStandby(options: {
  readonly primary: Pick<EmbeddedPostgres, 'connection'> & { readonly folder: string };
  readonly folder: string;
  /** Letters, digits and underscores. */
  readonly name: string;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<Standby> {
  const { primary, name } = options;
  const folder = resolve(options.folder);
  const data = join(folder, 'postgres');
  const account = await serverAccount();
  await mkdir(folder, { recursive: true });
  const db = openDatabase({ connection: primary.connection, maxConnections: 1 });
  try {
    await copyCluster(db, join(resolve(primary.folder), 'postgres'), data, { owner: account, sync: false });
  } finally {
    await db.close();
  }
  const signal = join(data, 'standby.signal');
  await writeFile(signal, '');
  if (account !== undefined) await chown(signal, account.uid, account.gid);
  const { host, user } = primary.connection;
  const server = await startEmbeddedPostgres({
    folder,
    settings: {
      ...options.settings,
      primary_conninfo: `host=${conninfoQuoted(host)} user=${user} application_name=${name}`,
    },
  });
  return {
    ...server,
    async promote() {
      const own = openDatabase({ connection: server.connection, maxConnections: 1 });
      try {
        await own.query(`select pg_promote(true, 60)`);
      } finally {
        await own.close();
      }
    },
  };
}

function conninfoQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
