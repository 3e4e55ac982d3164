import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { safeNext } from './safe-next.ts';
import { ME } from './use-me.ts';

export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const errorId = useId();
  const signIn = useMutation({
    mutationFn: () => call('createSession', { body: { email, password } }),
    onSuccess: ({ user }) => {
      queries.clear();
      queries.setQueryData(ME, user);
      navigate(safeNext(search.get('next')), { replace: true });
    },
  });
  const field = 'h-11 w-full rounded-md border border-line bg-surface px-3 text-base';
  return (
    <main className="flex min-h-full items-center justify-center bg-surface-2 p-4">
      <form
        className="w-full max-w-sm space-y-4 rounded-xl border border-line bg-surface p-6"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Wordmark />
        <h1 className="text-xl font-semibold">{text.signIn.title}</h1>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.signIn.email}</span>
          <input
            className={field}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </label>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.signIn.password}</span>
          <input
            className={field}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        {signIn.isError && (
          <p id={errorId} role="alert" className="rounded-md bg-late-soft p-3 text-late">
            <strong className="block font-medium">{wordsFor(signIn.error).title}</strong>
            {wordsFor(signIn.error).hint}
          </p>
        )}
        <Button look="primary" type="submit" className="h-11 w-full" disabled={signIn.isPending}>
          {signIn.isPending ? text.signIn.submitting : text.signIn.submit}
        </Button>
        <p className="text-ink-3">{text.signIn.hint}</p>
      </form>
    </main>
  );
}
