import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochMs } from '@halfhour/kernel';
import { convert } from 'xmlbuilder2';
import { writeCreditTransfers } from './pain-001.ts';

const file = {
  messageId: 'srn_1d000000000g0',
  createdAt: epochMs(1_780_315_200_000),
  day: '2026-06-01',
  currency: 'UYU',
  debtor: { holder: 'Halfhour Montevideo', accountNumber: '001-77', bankCode: '113', bic: 'BROUUYMM' },
  transfers: [
    {
      id: 'pyo_1d000000000g0',
      amountMinor: 123_456,
      to: { holder: 'Pérez & Hijos <SRL>', accountNumber: '42', bankCode: '137' },
      about: 'stl_1',
    },
    {
      id: 'pyo_1d000000000g1',
      amountMinor: 5,
      to: { holder: 'Anna', iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' },
      about: 'stl_2',
    },
  ],
} as const;

test('a file has its elements in the order of the message, with amounts in major units and their sum', () => {
  const text = writeCreditTransfers(file);
  assert.match(text, /<Nm>Pérez &amp; Hijos &lt;SRL&gt;<\/Nm>/);
  // As text, since the schema prescribes the order of elements.
  const expected = {
    Document: {
      '@xmlns': 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09',
      CstmrCdtTrfInitn: {
        GrpHdr: {
          MsgId: 'srn_1d000000000g0',
          CreDtTm: '2026-06-01T12:00:00.000Z',
          NbOfTxs: '2',
          CtrlSum: '1234.61',
          InitgPty: { Nm: 'Halfhour Montevideo' },
        },
        PmtInf: {
          PmtInfId: 'srn_1d000000000g0',
          PmtMtd: 'TRF',
          NbOfTxs: '2',
          CtrlSum: '1234.61',
          ReqdExctnDt: { Dt: '2026-06-01' },
          Dbtr: { Nm: 'Halfhour Montevideo' },
          DbtrAcct: { Id: { Othr: { Id: '001-77' } } },
          DbtrAgt: { FinInstnId: { BICFI: 'BROUUYMM', ClrSysMmbId: { MmbId: '113' } } },
          CdtTrfTxInf: [
            {
              PmtId: { EndToEndId: 'pyo_1d000000000g0' },
              Amt: { InstdAmt: { '@Ccy': 'UYU', '#': '1234.56' } },
              CdtrAgt: { FinInstnId: { ClrSysMmbId: { MmbId: '137' } } },
              // The reader leaves entities as they are.
              Cdtr: { Nm: 'Pérez &amp; Hijos &lt;SRL&gt;' },
              CdtrAcct: { Id: { Othr: { Id: '42' } } },
              RmtInf: { Ustrd: 'stl_1' },
            },
            {
              PmtId: { EndToEndId: 'pyo_1d000000000g1' },
              Amt: { InstdAmt: { '@Ccy': 'UYU', '#': '0.05' } },
              CdtrAgt: { FinInstnId: { BICFI: 'COBADEFFXXX' } },
              Cdtr: { Nm: 'Anna' },
              CdtrAcct: { Id: { IBAN: 'DE89370400440532013000' } },
              RmtInf: { Ustrd: 'stl_2' },
            },
          ],
        },
      },
    },
  };
  const read = convert(text, { format: 'object' });
  assert.equal(JSON.stringify(read, null, 1), JSON.stringify(expected, null, 1));
});

test('a currency without minor units is written without decimals', () => {
  assert.match(writeCreditTransfers({ ...file, currency: 'JPY' }), /<CtrlSum>123461<\/CtrlSum>/);
});
