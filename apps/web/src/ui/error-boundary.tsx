import { Component, type ReactNode } from 'react';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

/** Shows `fallback`, or an apology and a way out, where drawing what is inside has failed. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode; readonly fallback?: ReactNode },
  { failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      this.props.fallback ?? (
        <Notice icon="problem" title={text.problem.crashTitle} hint={text.problem.crashHint}>
          <Button onClick={() => location.reload()}>{text.problem.reload}</Button>
        </Notice>
      )
    );
  }
}
