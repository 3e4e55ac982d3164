import type { User } from '@halfhour/contract';
import { LogOut, Settings2 } from 'lucide-react';
import { useId } from 'react';
import { isLanguage, LANGUAGES, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { COLOURS, useColours, useLanguage } from '../ui/preferences.ts';
import { useSignOut } from './use-sign-out.ts';

/** Language, colours and the way out, as a popover of the browser's own: Escape and a click elsewhere close it. */
export function PreferencesMenu({ user }: { user: User }) {
  const id = useId();
  const signOut = useSignOut();
  const [language, speak] = useLanguage();
  const [colours, , choose] = useColours();
  const label = `${text.nav.preferences} (${text.signedInAs(user.name)})`;
  const select = 'h-9 w-full rounded-md border border-line bg-surface px-2';
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={label}
        title={label}
        data-testid="preferences"
        className="inline-flex size-9 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-surface-3 hover:text-ink"
      >
        <Settings2 aria-hidden className="size-4" />
      </button>
      <div
        id={id}
        popover="auto"
        className="fixed inset-auto top-12 right-2 w-64 space-y-3 rounded-xl border border-line bg-surface p-4 text-ink shadow-xl"
      >
        <p className="truncate text-ink-2">{text.signedInAs(user.name)}</p>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.nav.language}</span>
          <select
            value={language}
            onChange={(event) => isLanguage(event.target.value) && speak(event.target.value)}
            className={select}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.nav.colours}</span>
          <select
            value={colours}
            onChange={(event) => choose(COLOURS.find((one) => one === event.target.value) ?? 'system')}
            className={select}
          >
            {COLOURS.map((one) => (
              <option key={one} value={one}>
                {text.nav.colour[one]}
              </option>
            ))}
          </select>
        </label>
        <Button className="w-full" onClick={() => void signOut()}>
          <LogOut aria-hidden className="size-4" />
          {text.signOut}
        </Button>
      </div>
    </>
  );
}
