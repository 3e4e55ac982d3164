import { CloudOff, LogIn, TriangleAlert } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { useCourierApp } from './courier-context.tsx';
import { isKeptForGood } from './device-store.ts';
import type { Command, Refused } from './outbox/outbox.ts';

/** What waits for a connection, and what was not accepted with what to do: above every page. */
export function OutboxBanner({ isCutOff }: { isCutOff: boolean }) {
  const { view, sender } = useCourierApp();
  const [here] = useLocation();
  const words = text.courierApp.outbox;
  const { waiting, refused } = view.outbox;
  const hasCode = waiting.some(({ command }) => command.kind === 'complete' && command.code !== undefined);
  return (
    <div className="shrink-0">
      {view.status === 'signed_out' && (
        <p role="alert" className="flex items-center gap-3 bg-late-soft px-4 py-2.5 text-sm text-late">
          <LogIn aria-hidden className="size-5 shrink-0" />
          <span className="flex-1">{words.signedOut}</span>
          <Link href={`/sign-in?next=${encodeURIComponent(here)}`} className="font-medium underline">
            {words.signIn}
          </Link>
        </p>
      )}
      {isCutOff && view.status !== 'signed_out' && (
        <div
          role="status"
          data-testid="offline"
          data-waiting={waiting.length}
          className="flex items-center gap-3 bg-at-risk-soft px-4 py-2 text-sm text-at-risk"
        >
          <CloudOff aria-hidden className="size-5 shrink-0" />
          <p className="flex-1">
            <strong className="font-semibold">{words.offline}.</strong> {words.waits(waiting.length)}
            {hasCode && <> {words.codeLater}</>}
            {!isKeptForGood() && <strong className="block">{words.notKept}</strong>}
          </p>
          {waiting.length > 0 && <Button onClick={() => sender.sendNow()}>{words.sendNow}</Button>}
        </div>
      )}
      {refused.map((each) => (
        <RefusedNotice key={each.key} refused={each} />
      ))}
    </div>
  );
}

function RefusedNotice({ refused }: { refused: Refused }) {
  const { sender } = useCourierApp();
  const words = text.courierApp.outbox;
  const { code, detail, command, held } = refused;
  const what = Object.hasOwn(words.what, code)
    ? words.what[code as keyof typeof words.what]
    : words.what.other;
  return (
    <div
      role="alert"
      data-testid="refused"
      data-code={code}
      className="space-y-2 border-b border-line bg-late-soft px-4 py-3 text-sm text-late"
    >
      <p className="flex items-center gap-2 font-semibold">
        <TriangleAlert aria-hidden className="size-4 shrink-0" />
        {words.refused(stepName(command))}
      </p>
      <p>
        {what}
        {held.length > 0 && <> {words.held(held.length)}</>}
      </p>
      {!Object.hasOwn(words.what, code) && detail !== undefined && <p>{detail}</p>}
      <div className="flex gap-2">
        {code === 'not_ready' && (
          <Button look="danger" className="h-11 flex-1" onClick={() => sender.submit(command)}>
            {words.tryAgain}
          </Button>
        )}
        <Button className="h-11 flex-1" onClick={() => sender.dismiss(refused.key)}>
          {words.understood}
        </Button>
      </div>
    </div>
  );
}

function stepName(command: Command): string {
  const { steps } = text.courierApp.outbox;
  switch (command.kind) {
    case 'arrive':
      return command.stopNumber === 0 ? steps.arriveStore : steps.arriveDoor;
    case 'complete':
      return command.stopNumber === 0 ? steps.pickUp : steps.handOver;
    default:
      return steps[command.kind];
  }
}
