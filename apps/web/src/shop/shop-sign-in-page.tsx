import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { call } from '../api/index.ts';
import { safeNext } from '../session/safe-next.ts';
import { ME } from '../session/use-me.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { codeOf } from './basket-problem.ts';
import { FIELD, LARGE, Screen, Word } from './parts.tsx';
import { useShop } from './shop-context.tsx';

const LEAST_PASSWORD = 10;

/** Sign in, or sign up with `?new`, and go on at `next`. */
export function ShopSignInPage() {
  const { path } = useShop();
  const [search, setSearch] = useSearchParams();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const passwordHint = useId();
  const isNew = search.has('new');
  const next = search.has('next') ? safeNext(search.get('next')) : path();
  const enter = useMutation({
    mutationFn: () =>
      isNew
        ? call('createUser', { body: { name: name.trim(), email: email.trim(), password } })
        : call('createSession', { body: { email: email.trim(), password } }),
    onSuccess: ({ user }) => {
      queries.setQueryData(ME, user);
      navigate(next, { replace: true });
    },
  });
  const change = (): void => {
    enter.reset();
    setSearch(
      (before) => {
        if (isNew) before.delete('new');
        else before.set('new', '1');
        return before;
      },
      { replace: true },
    );
  };
  const known = codeOf(enter.error);
  const said = wordsFor(enter.error);
  return (
    <Screen title={isNew ? text.shop.signIn.newTitle : text.signIn.title} back={next}>
      <form
        className="space-y-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <p className="text-ink-2">{text.shop.signIn.why}</p>
        {isNew && (
          <label className="block space-y-1">
            <span>{text.shop.signIn.name}</span>
            <input
              className={FIELD}
              name="name"
              autoComplete="name"
              required
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
        <label className="block space-y-1">
          <span>{text.signIn.email}</span>
          <input
            className={FIELD}
            type="email"
            name="email"
            autoComplete={isNew ? 'email' : 'username'}
            required
            maxLength={200}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </label>
        <label className="block space-y-1">
          <span>{text.signIn.password}</span>
          <input
            className={FIELD}
            type="password"
            name="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            required
            minLength={isNew ? LEAST_PASSWORD : 1}
            maxLength={200}
            aria-describedby={isNew ? passwordHint : undefined}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          {isNew && (
            <span id={passwordHint} className="block text-sm text-ink-2">
              {text.shop.signIn.passwordHint(LEAST_PASSWORD)}
            </span>
          )}
        </label>
        {enter.isError && (
          <Word
            tone="bad"
            title={
              known === 'already_exists'
                ? text.shop.signIn.exists
                : known === 'wrong_credentials'
                  ? text.shop.signIn.wrong
                  : said.title
            }
            hint={
              known === 'already_exists'
                ? text.shop.signIn.existsHint
                : known === 'wrong_credentials'
                  ? text.shop.signIn.wrongHint
                  : said.hint
            }
          />
        )}
        <Button look="primary" type="submit" className={LARGE} disabled={enter.isPending}>
          {enter.isPending ? text.signIn.submitting : isNew ? text.shop.signIn.create : text.signIn.submit}
        </Button>
        <Button className={LARGE} data-testid="other-way" onClick={change}>
          {isNew ? text.shop.signIn.haveAccount : text.shop.signIn.noAccount}
        </Button>
      </form>
    </Screen>
  );
}
