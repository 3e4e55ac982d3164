import type { Courier } from '@halfhour/contract';
import { type ReactNode, useId } from 'react';
import { useSignOut } from '../session/use-sign-out.ts';
import { isLanguage, LANGUAGES, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { COLOURS, useColours, useLanguage } from '../ui/preferences.ts';
import { useMedia } from '../ui/use-media.ts';
import { useCourierApp } from './courier-context.tsx';
import { forget } from './device-store.ts';
import { READ } from './use-kept.ts';

/** Language, colours, installing, and the way out. */
export function MorePage({ courier }: { courier: Courier }) {
  const { user, view } = useCourierApp();
  const [language, setLanguage] = useLanguage();
  const [colours, , setColours] = useColours();
  const signOut = useSignOut();
  const isInstalled = useMedia('(display-mode: standalone)');
  const words = text.courierApp.settings;
  const waits = view.outbox.waiting.length > 0;
  return (
    <main className="space-y-6 p-4">
      <h1 className="text-xl font-semibold">{text.courierApp.more}</h1>
      <Choice
        label={words.language}
        value={language}
        onChange={(value) => isLanguage(value) && setLanguage(value)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </Choice>
      <Choice
        label={words.colours}
        value={colours}
        onChange={(value) => setColours(COLOURS.find((one) => one === value) ?? 'system')}
      >
        {COLOURS.map((one) => (
          <option key={one} value={one}>
            {text.nav.colour[one]}
          </option>
        ))}
      </Choice>
      {!isInstalled && (
        <section className="space-y-1">
          <h2 className="font-semibold">{words.install}</h2>
          <p className="text-ink-2">{words.installHint}</p>
        </section>
      )}
      <section className="space-y-3">
        <p className="text-ink-2">
          {words.signedInAs} <strong className="font-semibold text-ink">{user.email ?? user.name}</strong> ·{' '}
          {words.vehicle[courier.vehicle]}
        </p>
        <Button
          className="h-12 w-full text-base!"
          data-testid="sign-out"
          disabled={waits}
          onClick={() => void signOut().then(() => forget(READ))}
        >
          {words.signOut}
        </Button>
        {waits && <p className="text-sm text-at-risk">{words.signOutWaits}</p>}
      </section>
    </main>
  );
}

function Choice(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className="h-12 w-full rounded-md border border-line bg-surface px-3 text-base"
      >
        {props.children}
      </select>
    </div>
  );
}
