import { ActionIcon, Button } from '@mantine/core';
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../../text/index.ts';
import { moved } from './terms.ts';

/** A list of rules of which the first that holds decides: add, order, remove, and the fields of each. */
export function RulesEditor<R extends object>(props: {
  title: string;
  hint: string;
  rules: readonly R[];
  blank: R;
  onChange: (rules: R[]) => void;
  /** `change` takes what is other in the rule. */
  children: (rule: R, change: (patch: Partial<R>) => void) => ReactNode;
}) {
  const { title, hint, rules, blank, onChange, children } = props;
  const t = text.tariffs;
  return (
    <fieldset className="rounded-lg border border-line p-4">
      <legend className="px-1 font-semibold">{title}</legend>
      <p className="pb-3 text-ink-2">{hint}</p>
      <ol className="space-y-3">
        {rules.map((rule, index) => (
          <li key={index} className="rounded-md border border-line p-3">
            <div className="flex gap-3">
              <div className="min-w-0 flex-1 space-y-3">
                {children(rule, (patch) =>
                  onChange(rules.map((one, at) => (at === index ? { ...one, ...patch } : one))),
                )}
              </div>
              <div className="flex shrink-0 gap-1">
                <Tool
                  label={t.earlier(index + 1)}
                  disabled={index === 0}
                  onClick={() => onChange(moved(rules, index, index - 1))}
                >
                  <ArrowUp aria-hidden className="size-4" />
                </Tool>
                <Tool
                  label={t.later(index + 1)}
                  disabled={index === rules.length - 1}
                  onClick={() => onChange(moved(rules, index, index + 1))}
                >
                  <ArrowDown aria-hidden className="size-4" />
                </Tool>
                <Tool
                  label={t.remove(index + 1)}
                  onClick={() => onChange(rules.filter((_, at) => at !== index))}
                >
                  <Trash2 aria-hidden className="size-4" />
                </Tool>
              </div>
            </div>
          </li>
        ))}
      </ol>
      {rules.length === 0 && <p className="pb-1 text-ink-2">{t.noRules}</p>}
      <Button
        mt="sm"
        variant="default"
        size="xs"
        leftSection={<Plus aria-hidden className="size-4" />}
        onClick={() => onChange([...rules, blank])}
      >
        {t.addRule}
      </Button>
    </fieldset>
  );
}

function Tool(props: { label: string; disabled?: boolean; onClick: () => void; children: ReactNode }) {
  const { label, disabled = false, onClick, children } = props;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
