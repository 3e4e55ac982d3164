import { text } from '../text/index.ts';

/** Half of an hour, filled. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <svg aria-hidden viewBox="0 0 20 20" className="size-5 text-accent">
        <circle cx="10" cy="10" r="8.5" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M10 4a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
      {text.appName}
    </span>
  );
}
