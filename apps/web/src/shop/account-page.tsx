import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api/index.ts';
import { ME } from '../session/use-me.ts';
import { isLanguage, LANGUAGES, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { Loading } from '../ui/notice.tsx';
import { COLOURS, useColours, useLanguage } from '../ui/preferences.ts';
import { FIELD, LARGE, Part, Screen } from './parts.tsx';
import { useDoor, useShop } from './shop-context.tsx';
import { useShopper, useWallet } from './use-shop-data.ts';

/** Who shops, and how this device shows it. */
export function AccountPage() {
  const { path, format } = useShop();
  const shopper = useShopper();
  const wallet = useWallet(shopper);
  const [door] = useDoor();
  const [language, setLanguage] = useLanguage();
  const [colours, , setColours] = useColours();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => call('deleteSession', {}),
    onSuccess: () => {
      // Everything that was read as this person is asked for anew, and refused.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'markets' });
      void queries.invalidateQueries({ queryKey: ME });
    },
  });
  return (
    <Screen title={text.shop.tabs.account} tabs>
      <Part title={text.shop.whoYouAre}>
        {shopper === undefined ? (
          <Loading />
        ) : shopper === null ? (
          <Link
            href={path(`/sign-in?next=${encodeURIComponent(path('/account'))}`)}
            className={`flex items-center justify-center bg-accent font-semibold text-on-accent ${LARGE}`}
          >
            {text.shop.signIn.either}
          </Link>
        ) : (
          <div className="space-y-3">
            <div>
              <p className="text-base font-semibold" data-testid="shopper-name">
                {shopper.name}
              </p>
              <p className="text-ink-2">{shopper.email}</p>
            </div>
            {wallet.data !== undefined && wallet.data.balanceMinor > 0 && (
              <p>{text.shop.walletBalance(format.money(wallet.data.availableMinor))}</p>
            )}
            <Button className={LARGE} disabled={signOut.isPending} onClick={() => signOut.mutate()}>
              {text.signOut}
            </Button>
          </div>
        )}
      </Part>
      <Part title={text.shop.deliverTo}>
        <div className="flex items-center justify-between gap-3">
          <p className="min-w-0 font-medium">{door?.label ?? text.shop.noAddress}</p>
          <Link
            href={path(`/address?next=${encodeURIComponent(path('/account'))}`)}
            className="flex h-10 shrink-0 items-center font-medium text-accent underline"
          >
            {text.shop.change}
          </Link>
        </div>
      </Part>
      <Part title={text.nav.preferences}>
        <div className="space-y-4">
          <label className="block space-y-1">
            <span>{text.nav.language}</span>
            <select
              className={FIELD}
              name="language"
              value={language}
              onChange={({ target: { value } }) => isLanguage(value) && setLanguage(value)}
            >
              {Object.entries(LANGUAGES).map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label className="block space-y-1">
            <span>{text.nav.colours}</span>
            <select
              className={FIELD}
              name="colours"
              value={colours}
              onChange={({ target: { value } }) =>
                setColours(COLOURS.find((one) => one === value) ?? 'system')
              }
            >
              {COLOURS.map((id) => (
                <option key={id} value={id}>
                  {text.nav.colour[id]}
                </option>
              ))}
            </select>
          </label>
        </div>
      </Part>
    </Screen>
  );
}
