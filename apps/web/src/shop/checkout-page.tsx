import type { Address, BodyOf, Quote, RouteOf, Slot } from '@halfhour/contract';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { call, newIdempotencyKey, type ProblemError } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { Loading, Notice } from '../ui/notice.tsx';
import { type Attempt, attemptAt, isUnanswered } from './attempt.ts';
import { type Basket, linesToSend } from './basket.ts';
import { codeOf, lineProblems } from './basket-problem.ts';
import { BasketLines } from './basket-lines.tsx';
import { Charges } from './charges.tsx';
import { DoorPart } from './door-part.tsx';
import { Chips, LARGE, Part, Screen, Word } from './parts.tsx';
import { PaymentPart } from './payment-part.tsx';
import { RefusalWord } from './refusal-word.tsx';
import { useBaskets, useDoor, useShop } from './shop-context.tsx';
import { TimePart } from './time-part.tsx';
import { usePaymentChoices } from './use-payment.ts';
import { mayOrder, useShopper } from './use-shop-data.ts';

const NO_BASKET: Basket = { storeName: '', lines: [] };
/** Shares of what is ordered, per cent. */
const TIPS = [0, 5, 10, 15] as const;

/** From the basket to the order. What is chosen stands in the address bar, so that signing in on the way loses nothing. */
export function CheckoutPage({ storeId }: { storeId: string }) {
  const { market, path, format } = useShop();
  const [baskets, keepBasket] = useBaskets();
  const [door, keepDoor] = useDoor();
  const [search, setSearch] = useSearchParams();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const shopper = useShopper();
  const basket = baskets[storeId] ?? NO_BASKET;
  const tipPercent = TIPS.find((share) => String(share) === search.get('tip')) ?? 0;
  const slot = search.get('slot') ?? undefined;
  const set = (name: string, value: string | undefined): void =>
    setSearch(
      (before) => {
        if (value === undefined) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );

  const itemsMinor = basket.lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0);
  const toSend = {
    storeId: storeId as Quote['storeId'],
    lines: linesToSend(basket),
    address: door as Address,
    tipMinor: Math.round((itemsMinor * tipPercent) / 100),
    ...(slot === undefined ? {} : { slot }),
  };
  const quoteKey = ['quote', market.id, toSend];
  const quote = useQuery({
    queryKey: quoteKey,
    queryFn: ({ signal }) => call('createQuote', { params: { marketId: market.id }, body: toSend, signal }),
    enabled: door !== undefined && basket.lines.length > 0,
    refetchInterval: 60_000,
    staleTime: 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const shown = quote.isError ? undefined : quote.data;
  const choices = usePaymentChoices(shown?.totalMinor);
  const method =
    choices?.find(({ id }) => id === search.get('pay')) ??
    choices?.find(({ refused }) => refused === undefined);

  const unanswered = useRef<Attempt<BodyOf<RouteOf<'placeOrder'>>>>(undefined);
  const [moved, setMoved] = useState<{ readonly before: Quote; readonly now: Quote }>();
  const place = useMutation({
    mutationFn: (seen: Quote) => {
      const payment = { method: method!.id };
      unanswered.current = attemptAt(
        unanswered.current,
        JSON.stringify([toSend, payment]),
        () => ({
          ...toSend,
          expectedTotalMinor: seen.totalMinor,
          ...(slot === undefined && { expectedPromise: seen.promise }),
          payment,
        }),
        newIdempotencyKey,
      );
      const { body, key } = unanswered.current;
      return call('placeOrder', { params: { marketId: market.id }, body, idempotencyKey: key });
    },
    onSuccess: (order) => {
      queries.setQueryData(['order', market.id, order.id], order);
      void queries.invalidateQueries({ queryKey: ['orders', market.id] });
      navigate(path(`/orders/${order.id}`), { replace: true });
      keepBasket(storeId, { ...basket, lines: [] });
    },
    onError: (error, seen) => {
      if (!isUnanswered(error)) unanswered.current = undefined;
      const code = codeOf(error);
      if (code === 'price_changed' || code === 'promise_changed') {
        const now = (error as ProblemError).problem['quote'] as Quote;
        queries.setQueryData(quoteKey, now);
        setMoved({ before: seen, now });
      }
    },
  });
  // What was said of another basket is not true of this one.
  const asked = JSON.stringify(toSend);
  const { reset } = place;
  useEffect(() => {
    reset();
    setMoved(undefined);
  }, [asked, reset]);

  const failure = place.error ?? quote.error;
  const refusal = useRef<HTMLDivElement>(null);
  // The button is at the foot, and what is said of it stands at the head.
  useEffect(() => {
    // It answers a promise in newer browsers, which is no way to clean up.
    refusal.current?.scrollIntoView({ block: 'start' });
  }, [failure]);

  if (basket.lines.length === 0 && !place.isSuccess) {
    return (
      <Screen title={text.shop.checkout} back={path()}>
        <Notice icon="empty" title={text.shop.emptyBasket} hint={text.shop.emptyBasketHint}>
          <Link href={path(`/stores/${storeId}`)} className="underline">
            {text.shop.toStore}
          </Link>
        </Notice>
      </Screen>
    );
  }
  const problems = lineProblems(failure);
  const here = `${path(`/stores/${storeId}/checkout`)}${search.size > 0 ? `?${search}` : ''}`;
  const canPay =
    shown !== undefined && !quote.isPlaceholderData && method !== undefined && method.refused === undefined;
  return (
    <Screen
      title={basket.storeName}
      back={path(`/stores/${storeId}`)}
      foot={
        shopper === null ? (
          <Link
            href={path(`/sign-in?next=${encodeURIComponent(here)}`)}
            data-testid="sign-in-to-order"
            className={`flex items-center justify-center bg-accent font-semibold text-on-accent hover:opacity-90 ${LARGE}`}
          >
            {text.shop.signInToOrder}
          </Link>
        ) : shopper !== undefined && !mayOrder(shopper) ? (
          <Word tone="watch" title={text.shop.notAShopper} hint={text.shop.notAShopperHint} />
        ) : (
          <Button
            look="primary"
            className={LARGE}
            data-testid="place-order"
            disabled={!canPay || place.isPending || shopper === undefined}
            onClick={() => shown !== undefined && place.mutate(shown)}
          >
            {place.isPending
              ? text.shop.placing
              : shown === undefined
                ? text.shop.order
                : text.shop.orderFor(format.money(shown.totalMinor))}
          </Button>
        )
      }
    >
      {failure !== null && (
        <div ref={refusal} className="scroll-mt-16 p-4">
          <RefusalWord
            error={failure}
            storeId={storeId}
            moved={moved}
            {...(slot !== undefined && { onWithoutSlot: () => set('slot', undefined) })}
          />
        </div>
      )}
      <Part title={text.shop.yourBasket}>
        <BasketLines
          basket={basket}
          priced={shown?.lines}
          problems={problems}
          onChange={(next) => keepBasket(storeId, next)}
        />
      </Part>
      <DoorPart
        door={door}
        next={here}
        onNote={(note) => door !== undefined && keepDoor({ ...door, note })}
      />
      <TimePart
        storeId={storeId}
        promise={shown?.promise}
        slot={slot}
        onSlot={(chosen: Slot | undefined) => set('slot', chosen?.start)}
      />
      <section className="border-b-8 border-surface-2 py-4">
        <h2 className="mb-1 px-4 text-base font-semibold">{text.shop.tip}</h2>
        <Chips
          label={text.shop.tip}
          options={TIPS.map((share) => ({
            id: String(share),
            name: share === 0 ? text.shop.noTip : format.percent(share),
          }))}
          value={String(tipPercent)}
          onChange={(share) => set('tip', share === '0' ? undefined : share)}
        />
      </section>
      <PaymentPart choices={choices} chosen={method?.id} onChoose={(id) => set('pay', id)} />
      <Part title={text.shop.whatItCosts}>
        {shown === undefined ? (
          quote.isError || door === undefined ? (
            <p className="text-ink-2">{text.shop.noQuote}</p>
          ) : (
            <Loading />
          )
        ) : (
          <div aria-live="polite">
            <Charges amounts={shown} charges={shown.charges} />
          </div>
        )}
      </Part>
    </Screen>
  );
}
