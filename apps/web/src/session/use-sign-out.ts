import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { call } from '../api/index.ts';

/** Ends the session on the server, forgets what was loaded with it, and shows the sign-in page. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  return async () => {
    await call('deleteSession', {});
    queries.clear();
    navigate('/sign-in');
  };
}
