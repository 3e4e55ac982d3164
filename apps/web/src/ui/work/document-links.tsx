import { Button, Group } from '@mantine/core';
import { Download } from 'lucide-react';
import { pathOf } from '../../api/index.ts';
import { language, text } from '../../text/index.ts';

/** Saves a document of the platform as PDF or CSV, in the reader's language. */
export function DocumentLinks(props: {
  /** The path of its route. */
  template: string;
  params: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  size?: 'xs' | 'sm';
  /** What it is of, for those who hear it. */
  about: string;
}) {
  const { template, params, query = {}, size = 'sm', about } = props;
  return (
    <Group gap="xs" wrap="nowrap">
      {(['pdf', 'csv'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          variant="default"
          size={size}
          href={pathOf(template, params, { ...query, format, language })}
          download
          aria-label={text.finance.saveAs(about, format.toUpperCase())}
          leftSection={<Download aria-hidden className="size-4" />}
          data-testid={`document-${format}`}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </Group>
  );
}
