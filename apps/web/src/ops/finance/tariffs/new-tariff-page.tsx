import type { Tariff, TariffPreview, TariffTerms } from '@halfhour/contract';
import { Button, Textarea } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { text } from '../../../text/index.ts';
import { localTimeOf, momentOfLocal } from '../../../ui/zoned-time.ts';
import { useFinance } from '../use-finance.ts';
import { Failure } from '../../../ui/work/failure.tsx';
import { Fetched } from '../../../ui/work/fetched.tsx';
import { Page } from '../../../ui/work/page.tsx';
import { Preview } from './preview.tsx';
import { TermsForm } from './terms-form.tsx';
import { useCreateTariff, usePreview, useTariffBase } from './use-tariffs.ts';

/** Another tariff, begun from the one in force: its terms, its start, and what it would have made of last week. */
export function NewTariffPage() {
  const { paths } = useFinance();
  const base = useTariffBase();
  const t = text.tariffs;
  return (
    <Page title={t.make} lead={t.makeLead} above={{ name: t.title, path: paths.tariffs }}>
      <Fetched query={base}>{({ tariff, now }) => <Draft base={tariff} now={now} />}</Fetched>
    </Page>
  );
}

function Draft({ base, now }: { base: Tariff; now: string }) {
  const { market, paths } = useFinance();
  const [, navigate] = useLocation();
  const [terms, setTerms] = useState<TariffTerms>(base.terms);
  const [starts, setStarts] = useState<string | null>(() => tomorrow(now, market.timeZone));
  const [note, setNote] = useState('');
  const preview = usePreview();
  const { create, renew } = useCreateTariff();
  const t = text.tariffs;
  /** Another draft is another command, and what was previewed is no longer what would be made. */
  const changed = (): void => {
    renew();
    create.reset();
  };
  return (
    <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_26rem]">
      <TermsForm
        terms={terms}
        onChange={(next) => {
          setTerms(next);
          preview.reset();
          changed();
        }}
      />
      <aside className="space-y-4 xl:sticky xl:top-6 xl:self-start">
        <form
          className="space-y-4 rounded-lg border border-line p-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (starts === null) return;
            create.mutate(
              {
                startsAt: new Date(momentOfLocal(starts, market.timeZone)).toISOString(),
                ...(note.trim() !== '' && { note: note.trim() }),
                terms,
              },
              { onSuccess: () => navigate(paths.tariffs) },
            );
          }}
        >
          <DateTimePicker
            required
            label={t.starts}
            description={text.finance.inMarketTime(market.timeZone)}
            valueFormat="YYYY-MM-DD HH:mm"
            minDate={localTimeOf(now, market.timeZone)}
            value={starts}
            onChange={(value) => {
              setStarts(value);
              changed();
            }}
            submitButtonProps={{ 'aria-label': text.finance.takeTime }}
          />
          <Textarea
            label={t.note}
            description={t.noteHint}
            maxLength={500}
            autosize
            minRows={2}
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
              changed();
            }}
          />
          <Failure error={preview.error ?? create.error} />
          <div className="flex flex-wrap gap-2">
            <Button
              variant="default"
              loading={preview.isPending}
              onClick={() => preview.mutate(terms)}
              data-testid="preview"
            >
              {t.preview.show}
            </Button>
            <Button
              type="submit"
              loading={create.isPending}
              disabled={starts === null}
              data-testid="create-tariff"
            >
              {t.create}
            </Button>
          </div>
        </form>
        <Effect preview={preview.data} />
      </aside>
    </div>
  );
}

function Effect({ preview }: { preview: TariffPreview | undefined }) {
  const t = text.tariffs.preview;
  if (preview === undefined) return <p className="text-ink-2">{t.hint}</p>;
  return <Preview preview={preview} />;
}

/** Midnight of the day after, in the market. */
function tomorrow(now: string, timeZone: string): string {
  const nextDay = new Date(Date.parse(now) + 86_400_000);
  return `${localTimeOf(nextDay.toISOString(), timeZone).slice(0, 10)} 00:00:00`;
}
