import { useSignOut } from '../session/use-sign-out.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { WholePage } from '../ui/whole-page.tsx';

export function ForbiddenNotice() {
  const signOut = useSignOut();
  return (
    <WholePage>
      <Notice icon="locked" title={text.problem.forbiddenTitle} hint={text.problem.forbiddenHint}>
        <Button onClick={() => void signOut()}>{text.signOut}</Button>
      </Notice>
    </WholePage>
  );
}
