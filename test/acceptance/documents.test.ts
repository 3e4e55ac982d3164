import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRfc3339 } from '@halfhour/kernel';
import { goOnShift, valueOf } from './order-steps.ts';
import { servePlatform } from './platform.ts';
import { settleByFile } from './settle-steps.ts';

const platform = await servePlatform();
const { url, clock, market } = platform;
const { settlementId, invoiceId } = await settleByFile(platform);
const courier = await goOnShift(platform, 0);
const courierId = market.courierIds[0]!;
const at = `/v1/markets/${market.marketId}`;
const shifts = valueOf(
  await courier.call('listCourierShifts', { params: { marketId: market.marketId, courierId }, query: {} }),
);
const today = toRfc3339(clock.now()).slice(0, 10);

async function fetchFile(path: string, { token }: { readonly token: string }) {
  const response = await fetch(url + at + path, { headers: { authorization: `Bearer ${token}` } });
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0],
    name: /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1],
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}
const [merchant, otherMerchant] = market.merchants;
const settlement = `/settlements/${settlementId}/statement`;
const invoice = `/invoices/${invoiceId}/document`;
const account = `/ledger/statement?account=platform:commission&from=${today}&until=${today}`;
const shift = `/couriers/${courierId}/shifts/${shifts.items[0]!.id}/statement`;

test('each document is a PDF and a CSV, in three languages, and the same whenever it is asked for', async () => {
  for (const [path, who] of [
    [`${settlement}?`, merchant],
    [`${invoice}?`, merchant],
    [`${account}&`, market.operator],
    [`${shift}?`, market.couriers[0]!],
  ] as const) {
    for (const language of ['en', 'zh', 'es']) {
      const pdf = await fetchFile(`${path}format=pdf&language=${language}`, who);
      assert.deepEqual([pdf.status, pdf.type], [200, 'application/pdf'], path);
      assert.match(pdf.name!, /^[\w-]+\.pdf$/);
      assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
      const again = await fetchFile(`${path}format=pdf&language=${language}`, who);
      assert.ok(pdf.bytes.equals(again.bytes), path);
    }
    const csv = await fetchFile(`${path}format=csv`, who);
    assert.deepEqual([csv.status, csv.type], [200, 'text/csv'], path);
    assert.match(csv.name!, /^[\w-]+\.csv$/);
  }
});

test('a settlement and its invoice say what was sold, kept and paid', async () => {
  const lines = (await fetchFile(`${settlement}?format=csv`, merchant)).bytes.toString().trim().split('\r\n');
  assert.equal(lines.length, 2);
  assert.ok(lines[0]!.endsWith('When,What,Order,Store,Commission,Amount'), lines[0]);
  assert.match(lines[1]!, /,Sale,ord_\w+,[^,]+,5\.00,50\.00$/);
  const billed = (await fetchFile(`${invoice}?format=csv`, merchant)).bytes.toString();
  assert.match(billed, /INV-\d{4}-000001.*Commission,0 %,5\.00,0\.00,5\.00/);
  const statement = (await fetchFile(`${account}&format=csv`, market.operator)).bytes.toString();
  assert.match(statement, /,Sale,ord_\w+,-5\.00,-5\.00\r\n/);
});

test('nobody reads the documents of another', async () => {
  for (const path of [settlement, invoice]) {
    assert.equal((await fetchFile(path, otherMerchant)).status, 404, path);
  }
  assert.equal((await fetchFile(shift, market.couriers[1]!)).status, 404);
  assert.equal((await fetchFile(account, merchant)).status, 403);
});

test('an account that has nothing and days in the wrong order are told so', async () => {
  const missing = await fetchFile(account.replace('commission', 'nothing'), market.operator);
  assert.equal(missing.status, 404);
  const order = await fetchFile(account.replace(`until=${today}`, 'until=2020-01-01'), market.operator);
  assert.equal(order.status, 400);
});
