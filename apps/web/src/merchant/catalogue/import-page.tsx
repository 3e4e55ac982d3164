import { Button, FileButton, Progress, Table } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { newIdempotencyKey } from '../../api/index.ts';
import { useFormat } from '../../ui/market-format.tsx';
import { Fetched } from '../../ui/work/fetched.tsx';
import { Page } from '../../ui/work/page.tsx';
import { text } from '../../text/index.ts';
import { Notice, wordsFor } from '../../ui/notice.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import { useStoreParams, useStoreScope } from '../store-context.tsx';
import { MAX_BYTES, MAX_ROWS, type Plan, type PlannedRow, planImport } from './catalogue-csv.ts';
import { importRow } from './import-row.ts';
import { useOffers } from './use-offers.ts';

const TONES: Readonly<Record<PlannedRow['kind'], Tone>> = {
  create: 'good',
  change: 'accent',
  same: 'plain',
  error: 'bad',
};

/** Reads a file, shows what it would do, and does it once that is wanted. */
export function ImportPage() {
  const offers = useOffers();
  const { paths } = useStoreScope();
  const t = text.merchant.importing;
  return (
    <Page
      title={t.title}
      lead={t.lead(MAX_ROWS)}
      above={{ name: text.merchant.catalogue.title, path: paths.catalogue }}
    >
      <Fetched query={offers}>{(all) => <Import key="import" offers={all} />}</Fetched>
    </Page>
  );
}

function Import({ offers }: { offers: Parameters<typeof planImport>[1] }) {
  const format = useFormat();
  const params = useStoreParams();
  const queries = useQueryClient();
  const [plan, setPlan] = useState<Plan | 'too_large' | undefined>();
  // One file chosen is one import: what is tried again has the keys that it had.
  const [key, setKey] = useState('');
  const [outcomes, setOutcomes] = useState<ReadonlyMap<number, unknown>>(new Map());
  const [running, setRunning] = useState(false);
  const stopping = useRef(false);
  const reset = useRef<() => void>(null);
  const t = text.merchant.importing;

  const choose = async (file: File | null): Promise<void> => {
    if (file === null) return;
    setOutcomes(new Map());
    setKey(newIdempotencyKey());
    setPlan(
      file.size > MAX_BYTES ? 'too_large' : planImport(await file.text(), offers, format.currencyDigits),
    );
    reset.current?.();
  };
  const rows = typeof plan === 'object' && plan.ok ? plan.rows : [];
  const wanted = rows.filter(({ kind }) => kind === 'create' || kind === 'change');
  const left = wanted.filter(({ line }) => outcomes.get(line) !== null);
  const run = async (): Promise<void> => {
    setRunning(true);
    stopping.current = false;
    for (const row of left) {
      if (stopping.current) break;
      const error = await importRow(params, row, `${key}-${row.line}`).catch((thrown: unknown) => thrown);
      setOutcomes((before) => new Map(before).set(row.line, error ?? null));
    }
    setRunning(false);
    await queries.invalidateQueries({ queryKey: ['offers'] });
  };
  const done = wanted.length - left.length;
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-3">
        <FileButton
          onChange={(file) => void choose(file)}
          accept=".csv,text/csv"
          resetRef={reset}
          inputProps={{ 'aria-label': t.choose }}
        >
          {(props) => (
            <Button
              {...props}
              variant={rows.length === 0 ? 'filled' : 'default'}
              disabled={running}
              leftSection={<Upload aria-hidden className="size-4" />}
            >
              {t.choose}
            </Button>
          )}
        </FileButton>
        {wanted.length > 0 && left.length > 0 && !running && (
          <Button onClick={() => void run()} data-testid="import">
            {t.run(format.number(left.length))}
          </Button>
        )}
        {running && (
          <Button variant="default" onClick={() => (stopping.current = true)}>
            {t.stop}
          </Button>
        )}
      </div>
      {plan === 'too_large' && <Notice icon="problem" title={t.tooLarge} />}
      {typeof plan === 'object' && !plan.ok && (
        <Notice icon="problem" title={t.refused[plan.problem]} hint={plan.missing.join(', ') || undefined} />
      )}
      {rows.length > 0 && (
        <>
          <p role="status" data-testid="import-sums">
            {(['create', 'change', 'same', 'error'] as const)
              .map((kind) => t.sum(t.kinds[kind], rows.filter((row) => row.kind === kind).length))
              .join(' · ')}
            {done > 0 && ` · ${t.done(done, wanted.length)}`}
          </p>
          {running && <Progress value={(100 * done) / wanted.length} aria-label={t.title} />}
          <Table.ScrollContainer
            minWidth={640}
            type="native"
            className="rounded-lg border border-line"
            scrollAreaProps={{ tabIndex: 0 }}
          >
            <Table aria-label={t.rows} data-testid="import-rows" tabularNums>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t.line}</Table.Th>
                  <Table.Th scope="col">{t.article}</Table.Th>
                  <Table.Th scope="col">{t.does}</Table.Th>
                  <Table.Th scope="col">{t.outcome}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {ordered(rows).map((row) => (
                  <Row key={row.line} row={row} outcome={outcomes.get(row.line)} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </>
      )}
    </div>
  );
}

/** What cannot be done comes first: it is what a person looks for. */
function ordered(rows: readonly PlannedRow[]): PlannedRow[] {
  return rows.toSorted((a, b) => Number(b.kind === 'error') - Number(a.kind === 'error') || a.line - b.line);
}

function Row({ row, outcome }: { row: PlannedRow; outcome: unknown }) {
  const format = useFormat();
  const t = text.merchant.importing;
  const words = outcome === undefined || outcome === null ? undefined : wordsFor(outcome);
  const does = [
    row.create === undefined ? undefined : t.price(format.money(row.create.priceMinor)),
    row.update?.priceMinor === undefined
      ? undefined
      : t.priceFrom(format.money(row.offer?.priceMinor ?? 0), format.money(row.update.priceMinor)),
    row.update?.available === undefined
      ? undefined
      : row.update.available
        ? text.merchant.catalogue.available
        : text.merchant.catalogue.soldOut,
    row.onHand === undefined ? undefined : t.counted(format.number(row.onHand)),
  ].filter((part) => part !== undefined);
  return (
    <Table.Tr data-kind={row.kind} data-line={row.line}>
      <Table.Td>{row.line}</Table.Td>
      <Table.Td>{row.name}</Table.Td>
      <Table.Td>
        <Tag tone={TONES[row.kind]}>{t.kinds[row.kind]}</Tag> {does.join(', ')}
        {row.errors.map((error) => (
          <span key={error} className="block text-late">
            {t.errors[error]}
          </span>
        ))}
      </Table.Td>
      <Table.Td className={words === undefined ? 'text-on-time' : 'text-late'}>
        {outcome === null && t.ok}
        {words !== undefined && (words.detail ?? words.title)}
      </Table.Td>
    </Table.Tr>
  );
}
