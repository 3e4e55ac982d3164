import type { Courier } from '@halfhour/contract';
import { text } from '../text/index.ts';
import { Loading } from '../ui/notice.tsx';
import { Tag, type Tone } from '../ui/tag.tsx';
import { useCourierApp } from './courier-context.tsx';
import { IdleCard } from './idle-card.tsx';
import { RouteView } from './route-view.tsx';
import { StartShift } from './start-shift.tsx';
import type { Position } from './use-position.ts';
import { useRoute } from './use-work.ts';

/** What to do now: start a shift, wait for work, or the next step of the route. */
export function WorkPage(props: { courier: Courier; position: Position; isCutOff: boolean }) {
  const { courier, position, isCutOff } = props;
  const { view } = useCourierApp();
  const route = useRoute();
  if (courier.status === 'off_shift') return <StartShift courier={courier} />;
  if (route.data === undefined) return <Loading />;
  // What is tapped already counts for what is shown.
  const { waiting } = view.outbox;
  const wishes = waiting.flatMap(({ command }) => (command.kind === 'break' ? [command.onBreak] : []));
  const shown = {
    ...courier,
    onBreak: wishes.at(-1) ?? courier.onBreak === true,
    shiftEnding: courier.shiftEnding === true || waiting.some(({ command }) => command.kind === 'end_shift'),
  };
  return (
    <div className="flex min-h-full flex-col">
      <header className="flex items-center gap-2 px-4 pt-3 pb-2">
        <h1 className="flex-1 truncate text-base font-semibold">{courier.name}</h1>
        <ShiftTag {...shown} hasWork={route.data.route !== null} />
      </header>
      {position.status === 'refused' && (
        <p className="px-4 pb-2 text-sm text-ink-2">{text.courierApp.position.off}</p>
      )}
      {route.data.route === null ? (
        <IdleCard {...shown} />
      ) : (
        <RouteView
          key={route.data.route.id}
          route={route.data.route}
          position={position}
          isCutOff={isCutOff}
          shift={<IdleCard {...shown} hasWork />}
        />
      )}
    </div>
  );
}

function ShiftTag(props: {
  shiftEndsAt?: string | undefined;
  onBreak: boolean;
  shiftEnding: boolean;
  hasWork: boolean;
}) {
  const { format } = useCourierApp();
  const words = text.courierApp.status;
  const [tone, word]: [Tone, string] = props.shiftEnding
    ? ['watch', words.endsAfter]
    : props.onBreak
      ? ['watch', props.hasWork ? words.breakAfter : words.onBreak]
      : ['good', props.shiftEndsAt === undefined ? words.off : words.onUntil(format.time(props.shiftEndsAt))];
  return (
    <span data-testid="shift" role="status">
      <Tag tone={tone}>{word}</Tag>
    </span>
  );
}
