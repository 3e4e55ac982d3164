import type { CourierEarnings } from '@halfhour/contract';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import { useCourierApp } from './courier-context.tsx';
import { useKept } from './use-kept.ts';

/** What the day and the week have brought, by route and by shift, and the cash that is not the courier's. */
export function EarningsPage() {
  const { market, courierId, format } = useCourierApp();
  const params = { marketId: market.id, courierId };
  const earnings = useKept(
    `${courierId}/earnings`,
    (signal) => call('getCourierEarnings', { params, signal }),
    {
      everyMs: 60_000,
    },
  );
  const cash = useKept(`${courierId}/cash`, (signal) => call('getCourierCash', { params, signal }), {
    everyMs: 60_000,
  });
  const words = text.courierApp.money;
  if (earnings.data === undefined) {
    return earnings.error === null ? (
      <Loading />
    ) : (
      <ErrorNotice error={earnings.error}>
        <Button onClick={() => void earnings.refetch()}>{text.retry}</Button>
      </ErrorNotice>
    );
  }
  const { today, week, routes, shifts, owedMinor } = earnings.data;
  return (
    <main className="space-y-6 p-4" data-testid="earnings">
      <h1 className="text-xl font-semibold">{text.courierApp.earnings}</h1>
      {earnings.error !== null && <p className="text-sm text-at-risk">{words.old}</p>}
      <div className="grid grid-cols-2 gap-3">
        <Sum title={words.today} earned={today} testId="today" />
        <Sum title={words.week} earned={week} testId="week" />
      </div>
      <dl className="divide-y divide-line rounded-lg border border-line">
        <Row name={words.owed} hint={words.owedHint} value={format.money(owedMinor)} />
        {cash.data !== undefined && (
          <Row
            name={words.cash}
            hint={
              cash.data.limitMinor === undefined
                ? words.cashHint
                : `${words.cashHint} ${words.cashLimit(format.money(cash.data.limitMinor))}`
            }
            value={format.money(cash.data.floatMinor)}
          />
        )}
      </dl>
      {routes.length === 0 && <Notice icon="empty" title={words.none} hint={words.noneHint} />}
      {routes.length > 0 && (
        <section className="space-y-2">
          <h2 className="font-semibold">{words.routes}</h2>
          <ul className="divide-y divide-line rounded-lg border border-line" data-testid="earned-routes">
            {routes.map((route) => (
              <li key={route.routeId} className="flex items-start gap-3 px-3 py-2.5">
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{route.from}</span>
                  <span className="block text-sm text-ink-2">
                    {format.day(route.doneAt)}, {format.time(route.doneAt)} ·{' '}
                    {text.courierApp.route.orders(route.orderIds.length)}
                    {route.tipsMinor !== 0 && <> · {words.withTips(format.money(route.tipsMinor))}</>}
                  </span>
                </span>
                <span className="text-right">
                  <span className="block font-semibold">
                    {format.money(route.payMinor + route.tipsMinor)}
                  </span>
                  {route.orderIds.length > 1 && (
                    <span className="block text-xs text-ink-2">
                      {words.perOrder(
                        format.money(Math.round((route.payMinor + route.tipsMinor) / route.orderIds.length)),
                      )}
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {shifts.length > 0 && (
        <section className="space-y-2">
          <h2 className="font-semibold">{words.shifts}</h2>
          <ul className="divide-y divide-line rounded-lg border border-line">
            {shifts.map((shift) => (
              <li key={shift.shiftId} className="flex items-start gap-3 px-3 py-2.5">
                <span className="flex-1">
                  <span className="block font-medium">
                    {format.day(shift.startedAt)},{' '}
                    {shift.endedAt === undefined
                      ? words.since(format.time(shift.startedAt))
                      : `${format.time(shift.startedAt)}–${format.time(shift.endedAt)}`}
                  </span>
                  <span className="block text-sm text-ink-2">
                    {text.courierApp.route.orders(shift.earned.orders)}
                    {shift.breakSeconds >= 60 && <> · {words.breaks(Math.round(shift.breakSeconds / 60))}</>}
                  </span>
                </span>
                <span className="font-semibold">{format.money(shift.earned.totalMinor)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

function Sum(props: { title: string; earned: CourierEarnings['today']; testId: string }) {
  const { title, earned, testId } = props;
  const { format } = useCourierApp();
  const words = text.courierApp.money;
  const parts: [string, number][] = [
    [words.pay, earned.payMinor],
    [words.tips, earned.tipsMinor],
    [words.guarantee, earned.guaranteeMinor],
    [words.other, earned.otherMinor],
  ];
  return (
    <section aria-label={title} className="rounded-lg bg-surface-2 p-3">
      <h2 className="text-sm text-ink-2">{title}</h2>
      <p className="text-2xl font-semibold" data-testid={testId} data-minor={earned.totalMinor}>
        {format.money(earned.totalMinor)}
      </p>
      <dl className="mt-2 space-y-0.5 text-sm text-ink-2">
        {parts
          .filter(([, minor], index) => index < 2 || minor !== 0)
          .map(([name, minor]) => (
            <div key={name} className="flex justify-between gap-2">
              <dt>{name}</dt>
              <dd>{format.money(minor)}</dd>
            </div>
          ))}
        <div className="flex justify-between gap-2">
          <dt>{words.orders}</dt>
          <dd>{format.number(earned.orders)}</dd>
        </div>
      </dl>
    </section>
  );
}

function Row({ name, hint, value }: { name: string; hint: string; value: string }) {
  return (
    <div className="flex items-start gap-3 px-3 py-2.5">
      <dt className="flex-1">
        <span className="block font-medium">{name}</span>
        <span className="block text-sm text-ink-2">{hint}</span>
      </dt>
      <dd className="font-semibold">{value}</dd>
    </div>
  );
}
