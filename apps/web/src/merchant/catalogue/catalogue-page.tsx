import type { Offer } from '@halfhour/contract';
import { Button, Pagination, Select, Table, TextInput } from '@mantine/core';
import { Plus, Search, Upload } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useFormat } from '../../ui/market-format.tsx';
import { CsvButton } from '../../ui/work/csv-button.tsx';
import { Fetched } from '../../ui/work/fetched.tsx';
import { Page } from '../../ui/work/page.tsx';
import { useUrlState } from '../../ui/work/use-url-state.ts';
import { fold } from '../../ops/order-board.ts';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { useStoreParams, useStoreScope } from '../store-context.tsx';
import { COLUMNS, exportRows } from './catalogue-csv.ts';
import { NewOffer } from './new-offer.tsx';
import { OfferRow } from './offer-row.tsx';
import { isSoldOut, MAX_OFFERS, readOffers, useOffers } from './use-offers.ts';

const ON_A_PAGE = 50;

/** All that the store sells; price, stock and availability are changed where they stand. */
export function CataloguePage() {
  const offers = useOffers();
  const params = useStoreParams();
  const format = useFormat();
  const { paths, store } = useStoreScope();
  const [adding, setAdding] = useState(false);
  const t = text.merchant.catalogue;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <CsvButton
            name={`catalogue-${store.id}`}
            head={COLUMNS}
            load={async () => exportRows(await readOffers(params), format.plainAmount)}
          />
          <Button
            component={Link}
            href={paths.importing}
            variant="default"
            leftSection={<Upload aria-hidden className="size-4" />}
          >
            {t.importing}
          </Button>
          <Button
            leftSection={<Plus aria-hidden className="size-4" />}
            onClick={() => setAdding(true)}
            data-testid="new-offer"
          >
            {t.add}
          </Button>
        </>
      }
    >
      <Fetched query={offers}>{(all) => <Offers offers={all} />}</Fetched>
      <NewOffer
        opened={adding}
        categories={[...new Set((offers.data ?? []).map(({ category }) => category))].sort()}
        onClose={() => setAdding(false)}
      />
    </Page>
  );
}

function Offers({ offers }: { offers: readonly Offer[] }) {
  const format = useFormat();
  const t = text.merchant.catalogue;
  const [words, setWords] = useUrlState('q');
  const [category, setCategory] = useUrlState('category');
  const [show, setShow] = useUrlState('show');
  const [page, setPage] = useState(1);
  const categories = useMemo(() => [...new Set(offers.map((one) => one.category))].sort(), [offers]);
  const found = useMemo(() => {
    const wanted = fold(words ?? '')
      .split(/\s+/)
      .filter(Boolean);
    return offers.filter((offer) => {
      if (category !== undefined && offer.category !== category) return false;
      if (show === 'sold-out' && !isSoldOut(offer)) return false;
      if (show === 'available' && isSoldOut(offer)) return false;
      const searched = fold(`${Object.values(offer.names).join(' ')} ${offer.gtin ?? ''}`);
      return wanted.every((word) => searched.includes(word));
    });
  }, [offers, words, category, show]);
  const pages = Math.max(1, Math.ceil(found.length / ON_A_PAGE));
  const here = Math.min(page, pages);
  if (offers.length === 0) return <Notice icon="empty" title={t.none} hint={t.noneHint} />;
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-end gap-3">
        <TextInput
          className="min-w-64 flex-1"
          label={t.search}
          leftSection={<Search aria-hidden className="size-4" />}
          value={words ?? ''}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            setPage(1);
          }}
          data-testid="catalogue-search"
        />
        <Select
          label={t.category}
          placeholder={t.anyCategory}
          clearable
          searchable
          data={categories}
          value={category ?? null}
          onChange={(value) => setCategory(value ?? undefined)}
        />
        <Select
          label={t.show}
          allowDeselect={false}
          data={[
            { value: 'all', label: t.all },
            { value: 'available', label: t.available },
            { value: 'sold-out', label: t.soldOut },
          ]}
          value={show ?? 'all'}
          onChange={(value) => setShow(value === 'all' ? undefined : (value ?? undefined))}
        />
        <p role="status" className="pb-2 text-ink-2">
          {t.shown(format.number(found.length), format.number(offers.length))}
          {offers.length >= MAX_OFFERS && ` ${t.cutOff}`}
        </p>
      </div>
      {found.length === 0 ? (
        <Notice icon="empty" title={text.noneMatch} />
      ) : (
        <Table.ScrollContainer
          minWidth={760}
          type="native"
          className="rounded-lg border border-line"
          scrollAreaProps={{ tabIndex: 0 }}
        >
          <Table aria-label={t.title} data-testid="offers" tabularNums verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t.article}</Table.Th>
                <Table.Th scope="col">{t.category}</Table.Th>
                <Table.Th scope="col">{t.priceIn(format.currency)}</Table.Th>
                <Table.Th scope="col">{t.stock}</Table.Th>
                <Table.Th scope="col">{t.available}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice((here - 1) * ON_A_PAGE, here * ON_A_PAGE).map((offer) => (
                <OfferRow key={offer.id} offer={offer} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {pages > 1 && (
        <Pagination
          total={pages}
          value={here}
          onChange={setPage}
          getControlProps={(control) => ({ 'aria-label': t.page[control] })}
        />
      )}
    </div>
  );
}
