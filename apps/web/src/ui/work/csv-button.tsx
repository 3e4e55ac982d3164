import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { text } from '../../text/index.ts';
import { csvOf } from '../csv.ts';
import { saveFile } from '../save-file.ts';
import { wordsFor } from '../notice.tsx';

/** Saves rows as a CSV file, which spreadsheets open. */
export function CsvButton(props: {
  /** Of the file, without its extension. */
  name: string;
  head: readonly string[];
  load: () => Promise<readonly (readonly string[])[]>;
}) {
  const { name, head, load } = props;
  const save = useMutation({
    mutationFn: async () =>
      saveFile(`${name}.csv`, 'text/csv;charset=utf-8', csvOf([head, ...(await load())])),
  });
  return (
    <div className="flex items-center gap-3">
      {save.isError && (
        <span role="alert" className="text-late">
          {wordsFor(save.error).title}
        </span>
      )}
      <Button
        variant="default"
        loading={save.isPending}
        onClick={() => save.mutate()}
        leftSection={<Download aria-hidden className="size-4" />}
      >
        {text.finance.csv}
      </Button>
    </div>
  );
}
