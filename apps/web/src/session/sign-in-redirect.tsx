import { Redirect } from 'wouter';

/** To the sign-in page, and back here afterwards. */
export function SignInRedirect() {
  const here = `${location.pathname}${location.search}`;
  return <Redirect to={here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`} replace />;
}
