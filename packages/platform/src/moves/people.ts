import type pg from 'pg';
import { copyNewRows, copyRows } from './copy-rows.ts';

/**
 * Who may do something in the market, and who has ordered there: with their passwords, sessions and keys, and of their
 * grants those in this market and those of shoppers everywhere. Rights in other markets, and those of admins, stay.
 */
const peopleOf = (marketKey: string): string =>
  `(select user_id from identity.user_grant where market_id = ${marketKey}
    union select shopper_id from ordering.placement where market_id = ${marketKey}
    union select user_id from wallet.holder where market_id = ${marketKey})`;

/** E-mail addresses of people of the market that belong to somebody else in the target, and ids that do; at most ten. */
export async function findStrangers(
  source: pg.PoolClient,
  target: pg.PoolClient,
  marketKey: string,
): Promise<string[]> {
  await target.query('begin');
  try {
    await target.query(
      'create temp table comer (like identity.user_account including defaults) on commit drop',
    );
    await copyRows(
      source,
      `select * from identity.user_account where user_id in ${peopleOf(marketKey)}`,
      target,
      'comer',
    );
    const { rows } = await target.query<{ who: string }>(
      `select coalesce(comer.email, comer.name) as who
       from comer join identity.user_account as here
         on here.user_id = comer.user_id or here.email_key = comer.email_key
       where (here.user_id, here.created_at) is distinct from (comer.user_id, comer.created_at)
       limit 10`,
    );
    return rows.map(({ who }) => who);
  } finally {
    await target.query('rollback');
  }
}

/** Brings people over in the target's transaction; those who are there already are kept. */
export async function copyPeople(
  source: pg.PoolClient,
  target: pg.PoolClient,
  marketKey: string,
): Promise<void> {
  const people = peopleOf(marketKey);
  const theirs = (table: string): string => `select * from identity.${table} where user_id in ${people}`;
  await copyNewRows(source, theirs('user_account'), target, 'identity.user_account');
  await target.query(
    'create temp table arriving (like identity.user_grant including defaults) on commit drop',
  );
  await copyRows(
    source,
    `${theirs('user_grant')} and (market_id = ${marketKey} or (role = 'shopper' and market_id is null))`,
    target,
    'arriving',
  );
  // Numbers count a user's grants, who may have others here.
  await target.query(
    `insert into identity.user_grant (user_id, number, role, market_id, merchant_id, courier_id)
     select user_id, (select coalesce(max(number) + 1, 0) from identity.user_grant as g where g.user_id = a.user_id)
         + row_number() over (partition by user_id order by number) - 1,
       role, market_id, merchant_id, courier_id
     from arriving as a
     where not exists (select from identity.user_grant as g where g.user_id = a.user_id and g.role = a.role
       and (g.market_id, g.merchant_id, g.courier_id) is not distinct from (a.market_id, a.merchant_id, a.courier_id))`,
  );
  await target.query('drop table arriving');
  await copyNewRows(
    source,
    theirs('api_key'),
    target,
    'identity.api_key',
    '(api_key_id) do update set revoked_at = excluded.revoked_at',
  );
  await copyNewRows(source, theirs('session'), target, 'identity.session');
}
