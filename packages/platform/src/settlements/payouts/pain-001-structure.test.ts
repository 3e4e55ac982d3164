import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BankAccount } from '@halfhour/contract';
import { epochMs } from '@halfhour/kernel';
import fc from 'fast-check';
import { create } from 'xmlbuilder2';
import { type CreditTransfers, writeCreditTransfers } from './pain-001.ts';

/**
 * The part of pain.001.001.09 that we write, as the message definition of ISO 20022 has it (Payments Initiation, 2019:
 * CustomerCreditTransferInitiationV09): which elements an element may have, in which order, how often, and what a value
 * looks like. The schema file itself is not here, as no package brings it under a licence that would let us; elements
 * that we never write are listed, so that one written in the wrong place is found.
 */
type Shape =
  | { readonly value: RegExp; readonly attribute?: readonly [name: string, value: RegExp] }
  | { readonly sequence: readonly Element[] }
  | { readonly oneOf: readonly Element[] };
type Element = readonly [name: string, least: 0 | 1, most: number, shape?: Shape];

const text = (most: number): Shape => ({ value: new RegExp(`^[^]{1,${most}}$`, 'u') });
const MANY = 100_000;
const DECIMAL = /^(?=(\D*\d){1,18}\D*$)\d+(\.\d{1,17})?$/;
const count: Shape = { value: /^\d{1,15}$/ };
const unused = (...names: readonly string[]): Element[] => names.map((name) => [name, 0, MANY]);

const PARTY: Shape = {
  sequence: [['Nm', 0, 1, text(140)], ...unused('PstlAdr', 'Id', 'CtryOfRes', 'CtctDtls')],
};
const ACCOUNT: Shape = {
  sequence: [
    [
      'Id',
      1,
      1,
      {
        oneOf: [
          ['IBAN', 1, 1, { value: /^[A-Z]{2}\d{2}[a-zA-Z0-9]{1,30}$/ }],
          ['Othr', 1, 1, { sequence: [['Id', 1, 1, text(34)], ...unused('SchmeNm', 'Issr')] }],
        ],
      },
    ],
    ...unused('Tp', 'Ccy', 'Nm', 'Prxy'),
  ],
};
const AGENT: Shape = {
  sequence: [
    [
      'FinInstnId',
      1,
      1,
      {
        sequence: [
          ['BICFI', 0, 1, { value: /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/ }],
          ['ClrSysMmbId', 0, 1, { sequence: [...unused('ClrSysId'), ['MmbId', 1, 1, text(35)]] }],
          ...unused('LEI', 'Nm', 'PstlAdr'),
          ['Othr', 0, 1, { sequence: [['Id', 1, 1, text(35)], ...unused('SchmeNm', 'Issr')] }],
        ],
      },
    ],
    ...unused('BrnchId'),
  ],
};
const TRANSFER: Shape = {
  sequence: [
    ['PmtId', 1, 1, { sequence: [...unused('InstrId'), ['EndToEndId', 1, 1, text(35)], ...unused('UETR')] }],
    ...unused('PmtTpInf'),
    [
      'Amt',
      1,
      1,
      {
        oneOf: [
          [
            'InstdAmt',
            1,
            1,
            { value: /^(?=(\D*\d){1,18}\D*$)\d+(\.\d{1,5})?$/, attribute: ['Ccy', /^[A-Z]{3}$/] },
          ],
          ['EqvtAmt', 1, 1],
        ],
      },
    ],
    ...unused('XchgRateInf', 'ChrgBr', 'ChqInstr', 'UltmtDbtr', 'IntrmyAgt1', 'IntrmyAgt1Acct'),
    ...unused('IntrmyAgt2', 'IntrmyAgt2Acct', 'IntrmyAgt3', 'IntrmyAgt3Acct'),
    ['CdtrAgt', 0, 1, AGENT],
    ...unused('CdtrAgtAcct'),
    ['Cdtr', 0, 1, PARTY],
    ['CdtrAcct', 0, 1, ACCOUNT],
    ...unused('UltmtCdtr', 'InstrForCdtrAgt', 'InstrForDbtrAgt', 'Purp', 'RgltryRptg', 'Tax', 'RltdRmtInf'),
    ['RmtInf', 0, 1, { sequence: [['Ustrd', 0, MANY, text(140)], ...unused('Strd')] }],
    ...unused('SplmtryData'),
  ],
};
const MESSAGE: Shape = {
  sequence: [
    [
      'GrpHdr',
      1,
      1,
      {
        sequence: [
          ['MsgId', 1, 1, text(35)],
          ['CreDtTm', 1, 1, { value: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/ }],
          ...unused('Authstn'),
          ['NbOfTxs', 1, 1, count],
          ['CtrlSum', 0, 1, { value: DECIMAL }],
          ['InitgPty', 1, 1, PARTY],
          ...unused('FwdgAgt'),
        ],
      },
    ],
    [
      'PmtInf',
      1,
      MANY,
      {
        sequence: [
          ['PmtInfId', 1, 1, text(35)],
          ['PmtMtd', 1, 1, { value: /^(CHK|TRF|TRA)$/ }],
          ...unused('BtchBookg'),
          ['NbOfTxs', 0, 1, count],
          ['CtrlSum', 0, 1, { value: DECIMAL }],
          ...unused('PmtTpInf'),
          [
            'ReqdExctnDt',
            1,
            1,
            {
              oneOf: [
                ['Dt', 1, 1, { value: /^\d{4}-\d\d-\d\d$/ }],
                ['DtTm', 1, 1],
              ],
            },
          ],
          ...unused('PoolgAdjstmntDt'),
          ['Dbtr', 1, 1, PARTY],
          ['DbtrAcct', 1, 1, ACCOUNT],
          ['DbtrAgt', 1, 1, AGENT],
          ...unused('DbtrAgtAcct', 'InstrForDbtrAgt', 'UltmtDbtr', 'ChrgBr', 'ChrgsAcct', 'ChrgsAcctAgt'),
          ['CdtTrfTxInf', 1, MANY, TRANSFER],
        ],
      },
    ],
    ...unused('SplmtryData'),
  ],
};
const DOCUMENT: Element = ['Document', 1, 1, { sequence: [['CstmrCdtTrfInitn', 1, 1, MESSAGE]] }];

type Node = ReturnType<ReturnType<typeof create>['root']>['node'] & {
  readonly nodeName: string;
  readonly textContent: string | null;
};

/** What is wrong with an element and all below it; nothing where it fits. */
function faultsOf(node: Node, [name, , , shape]: Element, path = ''): string[] {
  const here = `${path}/${name}`;
  if (node.nodeName !== name) return [`${here}: is ${node.nodeName}`];
  if (shape === undefined) return [`${here}: we never write it`];
  const children = [...node.childNodes].filter(({ nodeName }) => !nodeName.startsWith('#')) as Node[];
  if ('value' in shape) {
    const value = node.textContent ?? '';
    const faults = children.length > 0 ? [`${here}: has elements`] : [];
    if (!shape.value.test(value)) faults.push(`${here}: ${JSON.stringify(value)}`);
    const [attribute, form] = shape.attribute ?? [];
    const held = (node as unknown as { getAttribute(name: string): string | null }).getAttribute;
    if (attribute !== undefined && !form!.test(held.call(node, attribute) ?? ''))
      faults.push(`${here}: @${attribute}`);
    return faults;
  }
  if ('oneOf' in shape) {
    const [only] = children;
    const chosen = shape.oneOf.find(([each]) => each === only?.nodeName);
    if (children.length !== 1 || chosen === undefined) return [`${here}: is none of its choices`];
    return faultsOf(only!, chosen, here);
  }
  const faults: string[] = [];
  let at = 0;
  for (const element of shape.sequence) {
    const [child, least, most] = element;
    let times = 0;
    while (children[at]?.nodeName === child) {
      faults.push(...faultsOf(children[at]!, element, here));
      at++;
      times++;
    }
    if (times < least || times > most) faults.push(`${here}/${child}: ${times} times`);
  }
  if (at < children.length) faults.push(`${here}: ${children[at]!.nodeName} is out of place`);
  return faults;
}

function check(xml: string): string[] {
  const root = create(xml).root().node as Node;
  const isNamed =
    (root as unknown as { namespaceURI: string | null }).namespaceURI ===
    'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';
  return [...(isNamed ? [] : ['another namespace']), ...faultsOf(root, DOCUMENT)];
}

const holder = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 70 })
  .filter((name) => name.length <= 70 && /^[^\p{C}]*\S[^\p{C}]*$/u.test(name));
const code = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9A-Za-z-]{1,${maxLength}}$`));
const account: fc.Arbitrary<BankAccount> = fc.oneof(
  fc.record({ holder, iban: fc.constantFrom('DE89370400440532013000', 'MT84MALT011000012345MTLCAST001S') }),
  fc.record({ holder, iban: fc.constant('DE89370400440532013000'), bic: fc.constant('COBADEFFXXX') }),
  fc.record({ holder, accountNumber: code(34), bankCode: code(35) }),
  fc.record({ holder, accountNumber: code(34), bankCode: code(35), bic: fc.constant('BROUUYMM') }),
);
const file: fc.Arbitrary<CreditTransfers> = fc.record({
  messageId: fc.constant('srn_1d000000000g0'),
  createdAt: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }).map(epochMs),
  day: fc.constant('2026-06-01'),
  currency: fc.constantFrom('UYU', 'JPY', 'KWD'),
  debtor: account,
  transfers: fc.array(
    fc.record({
      id: fc.constant('pyo_1d000000000g0'),
      amountMinor: fc.integer({ min: 1, max: 1_000_000_000 }),
      to: account,
      about: fc.constant('stl_1d000000000g0'),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

test('whatever the accounts, names and amounts: a file has the elements, order and values of the message', () => {
  fc.assert(
    fc.property(file, (each) => {
      assert.deepEqual(check(writeCreditTransfers(each)), []);
    }),
  );
});

test('the check finds what is out of order, missing, too long, twice or of another form', () => {
  const sound = writeCreditTransfers({
    messageId: 'srn_1d000000000g0',
    createdAt: epochMs(1_780_315_200_000),
    day: '2026-06-01',
    currency: 'UYU',
    debtor: { holder: 'Halfhour', accountNumber: '1', bankCode: '113', bic: 'BROUUYMM' },
    transfers: [
      { id: 'p', amountMinor: 5, to: { holder: 'A', accountNumber: '2', bankCode: '3' }, about: 's' },
    ],
  });
  assert.deepEqual(check(sound), []);
  const broken: readonly (readonly [string | RegExp, string, RegExp])[] = [
    ['pain.001.001.09', 'pain.001.001.03', /another namespace/],
    [/(<MsgId>.*<\/MsgId>)\s*(<CreDtTm>.*<\/CreDtTm>)/, '$2$1', /GrpHdr/],
    [/<NbOfTxs>1<\/NbOfTxs>/, '', /NbOfTxs: 0 times/],
    [/<EndToEndId>p</, `<EndToEndId>${'p'.repeat(36)}<`, /EndToEndId/],
    [/<EndToEndId>p</, '<EndToEndId><', /EndToEndId/],
    [/(<PmtMtd>TRF<\/PmtMtd>)/, '$1$1', /PmtMtd: 2 times/],
    ['<PmtMtd>TRF', '<PmtMtd>WIRE', /PmtMtd: "WIRE"/],
    ['<BICFI>BROUUYMM', '<BICFI>brou', /BICFI/],
    ['Ccy="UYU"', 'Ccy="pesos"', /@Ccy/],
    ['>0.05</InstdAmt>', '>0,05</InstdAmt>', /InstdAmt/],
    ['>0.05</InstdAmt>', '>-0.05</InstdAmt>', /InstdAmt/],
    [/<Dt>.*<\/Dt>/, '<Dt>1.6.2026</Dt>', /Dt: "1.6.2026"/],
    [/(<CdtrAgt>[^]*<\/CdtrAgt>)([^]*<\/CdtrAcct>)/, '$2$1', /CdtrAgt is out of place/],
    ['<RmtInf>', '<Memo>x</Memo><RmtInf>', /Memo is out of place/],
  ];
  for (const [from, to, fault] of broken) {
    const changed = sound.replace(from, to);
    assert.notEqual(changed, sound, String(from));
    assert.match(check(changed).join('\n'), fault);
  }
});
