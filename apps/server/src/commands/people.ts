import type { Command } from 'commander';
import type { Grant } from '@halfhour/contract';
import type { UserId } from '@halfhour/kernel';
import { insertCouriers } from '@halfhour/platform/couriers';
import { type UserDraft, drawToken, insertApiKeys, insertUsers } from '@halfhour/platform/identity';
import type { Tx } from '@halfhour/platform/postgres';
import { insertMerchants } from '@halfhour/platform/stores';
import { Refusal } from '../refusal.ts';
import type { CommandOptions } from '../settings.ts';
import { type SetUp, onDatabase, requireMarket } from './on-database.ts';

interface PersonOptions extends CommandOptions {
  readonly market: string;
  readonly name: string;
  readonly email?: string;
}

interface OperatorOptions extends PersonOptions {
  readonly url?: string;
}

interface CourierOptions extends PersonOptions {
  readonly vehicle: string;
}

const VEHICLES = ['bicycle', 'motorcycle', 'car'] as const;

/** `halfhour operator create`, `support create`, `merchant create` and `courier create`: who runs a market, sells and rides in it. */
export function register(program: Command): void {
  const create = (who: string, about: string): Command =>
    program
      .command(who)
      .description(about)
      .command('create')
      .requiredOption('--market <slug>', 'the market, by its slug or id')
      .requiredOption('--name <name>', 'as people read it')
      .option('--email <address>', 'under which they are known')
      .option('--data <folder>', 'folder of the embedded Postgres (.halfhour)');

  create('operator', 'those who run a market')
    .description('make an operator and print a link that signs in once, within a day')
    .option('--url <url>', 'where people reach the server (http://127.0.0.1:8030)')
    .action((options: OperatorOptions) =>
      onDatabase(options, (setUp) => createStaff(setUp, options, 'operator')),
    );
  create('support', 'those who help shoppers of a market')
    .description('make an agent of support and print a link that signs in once, within a day')
    .option('--url <url>', 'where people reach the server (http://127.0.0.1:8030)')
    .action((options: OperatorOptions) =>
      onDatabase(options, (setUp) => createStaff(setUp, options, 'support')),
    );
  create('merchant', 'those who sell in a market')
    .description('make a merchant, whose stores are opened over the API, and print an API key')
    .action((options: PersonOptions) => onDatabase(options, (setUp) => createMerchant(setUp, options)));
  create('courier', 'those who deliver in a market')
    .description('make a courier and print an API key')
    .option('--vehicle <vehicle>', VEHICLES.join(', '), 'motorcycle')
    .action((options: CourierOptions) => onDatabase(options, (setUp) => createCourier(setUp, options)));
}

async function createStaff(
  setUp: SetUp,
  options: OperatorOptions,
  role: 'operator' | 'support',
): Promise<string> {
  const { db, ids, clock, identity, settings } = setUp;
  const url = urlOf(options.url ?? `http://${settings.host}:${settings.port}`);
  const market = await requireMarket(db, options.market);
  const user = userOf(ids.next('usr'), options, { role, marketId: market.id });
  await db.transaction((tx) => insertUser(tx, clock.now(), user));
  const token = await identity.createSignInLink(user.id);
  return `
  ${role === 'operator' ? 'Operator' : 'Agent of support'} ${user.name} of ${market.name} is made: ${user.id}

  Sign in      ${url}/?signin=${token}
               (once, within a day)
`;
}

async function createMerchant(setUp: SetUp, options: PersonOptions): Promise<string> {
  const { db, ids, clock } = setUp;
  const market = await requireMarket(db, options.market);
  const merchantId = ids.next('mer');
  const user = userOf(ids.next('usr'), options, { role: 'merchant', marketId: market.id, merchantId });
  const secret = drawToken(setUp.secrets, 'key');
  await db.transaction(async (tx) => {
    await insertMerchants(tx, market.id, [{ id: merchantId, name: user.name }]);
    await insertUser(tx, clock.now(), user);
    await insertApiKeys(tx, clock.now(), [
      { id: ids.next('api'), userId: user.id, name: 'First key', token: secret },
    ]);
  });
  return made('Merchant', user.name, market.name, merchantId, secret);
}

async function createCourier(setUp: SetUp, options: CourierOptions): Promise<string> {
  const { db, ids, clock } = setUp;
  const vehicle = VEHICLES.find((each) => each === options.vehicle);
  if (vehicle === undefined) throw new Refusal(`--vehicle must be one of ${VEHICLES.join(', ')}.`);
  const market = await requireMarket(db, options.market);
  const courierId = ids.next('cou');
  const user = userOf(ids.next('usr'), options, { role: 'courier', marketId: market.id, courierId });
  const secret = drawToken(setUp.secrets, 'key');
  await db.transaction(async (tx) => {
    await insertCouriers(tx, market.id, [{ id: courierId, name: user.name, vehicle }]);
    await insertUser(tx, clock.now(), user);
    await insertApiKeys(tx, clock.now(), [
      { id: ids.next('api'), userId: user.id, name: 'First key', token: secret },
    ]);
  });
  return made('Courier', user.name, market.name, courierId, secret);
}

function made(what: string, name: string, market: string, id: string, secret: string): string {
  return `
  ${what} ${name} of ${market} is made: ${id}

  API key      ${secret}
               (shown once; send it as Authorization: Bearer …)
`;
}

function userOf(id: UserId, { name, email }: PersonOptions, grant: Grant): UserDraft {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 100) throw new Refusal('--name must have 1 to 100 characters.');
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new Refusal(`--email must be an e-mail address (it is ${JSON.stringify(email)}).`);
  }
  return { id, name: trimmed, grants: [grant], ...(email === undefined ? {} : { email }) };
}

async function insertUser(tx: Tx, at: Parameters<typeof insertUsers>[1], user: UserDraft): Promise<void> {
  const [inserted] = await insertUsers(tx, at, [user]);
  if (!inserted) throw new Refusal(`There is a user with the e-mail address ${user.email} already.`);
}

function urlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Refusal(`--url must look like https://shop.example.org (it is ${JSON.stringify(text)}).`);
  }
  return text.replace(/\/+$/, '');
}
