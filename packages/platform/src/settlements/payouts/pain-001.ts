import type { BankAccount } from '@halfhour/contract';
import { type EpochMs, type LocalTime, toRfc3339 } from '@halfhour/kernel';
import { create } from 'xmlbuilder2';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';

export interface CreditTransfers {
  /** At most 35 characters; a bank refuses one that it has seen. */
  readonly messageId: string;
  readonly createdAt: EpochMs;
  /** The day on which the bank is to pay. */
  readonly day: LocalTime['date'];
  readonly currency: string;
  readonly debtor: BankAccount;
  /** At least one. */
  readonly transfers: readonly {
    /** At most 35 characters; the payee sees it. */
    readonly id: string;
    readonly amountMinor: number;
    readonly to: BankAccount;
    /** At most 140 characters. */
    readonly about: string;
  }[];
}

/**
 * A customer credit transfer initiation, ISO 20022 pain.001.001.09 (CustomerCreditTransferInitiationV09, 2019): one
 * payment instruction of all transfers from one account. An account with an IBAN is named by it; another by its number,
 * and its bank by the code that banks of the country use.
 */
export function writeCreditTransfers(file: CreditTransfers): string {
  const amount = (minor: number): string => toDecimal(minor, file.currency);
  const count = file.transfers.length.toString();
  const sum = amount(file.transfers.reduce((total, { amountMinor }) => total + amountMinor, 0));
  return create(
    { version: '1.0', encoding: 'UTF-8' },
    {
      Document: {
        '@xmlns': NAMESPACE,
        CstmrCdtTrfInitn: {
          GrpHdr: {
            MsgId: file.messageId,
            CreDtTm: toRfc3339(file.createdAt),
            NbOfTxs: count,
            CtrlSum: sum,
            InitgPty: { Nm: file.debtor.holder },
          },
          PmtInf: {
            PmtInfId: file.messageId,
            PmtMtd: 'TRF',
            NbOfTxs: count,
            CtrlSum: sum,
            ReqdExctnDt: { Dt: file.day },
            Dbtr: { Nm: file.debtor.holder },
            DbtrAcct: account(file.debtor),
            DbtrAgt: agent(file.debtor) ?? { FinInstnId: { Othr: { Id: 'NOTPROVIDED' } } },
            CdtTrfTxInf: file.transfers.map(({ id, amountMinor, to, about }) => {
              const bankOfPayee = agent(to);
              return {
                PmtId: { EndToEndId: id },
                Amt: { InstdAmt: { '@Ccy': file.currency, '#': amount(amountMinor) } },
                ...(bankOfPayee === undefined ? {} : { CdtrAgt: bankOfPayee }),
                Cdtr: { Nm: to.holder },
                CdtrAcct: account(to),
                RmtInf: { Ustrd: about },
              };
            }),
          },
        },
      },
    },
  ).end({ prettyPrint: true });
}

function account(of: BankAccount): object {
  return { Id: 'iban' in of ? { IBAN: of.iban } : { Othr: { Id: of.accountNumber } } };
}

function agent(of: BankAccount): object | undefined {
  const named = {
    ...(of.bic === undefined ? {} : { BICFI: of.bic }),
    ...('bankCode' in of ? { ClrSysMmbId: { MmbId: of.bankCode } } : {}),
  };
  return Object.keys(named).length === 0 ? undefined : { FinInstnId: named };
}

/** Minor units as the currency writes them (ISO 4217): `123456` of UYU is `1234.56`, of JPY `123456`. */
function toDecimal(minor: number, currency: string): string {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  if (digits === 0) return minor.toString();
  const text = minor.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
