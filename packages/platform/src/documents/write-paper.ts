import type { DocumentFormat, FileAnswer } from '@halfhour/contract';
import type { Paper } from './paper.ts';
import { writeCsv } from './write-csv.ts';
import { writePdf } from './write-pdf.ts';

/** A paper as the file that was asked for. */
export async function writePaper(paper: Paper, format: DocumentFormat): Promise<FileAnswer> {
  return format === 'pdf'
    ? { mediaType: 'application/pdf', name: `${paper.name}.pdf`, content: await writePdf(paper) }
    : { mediaType: 'text/csv', name: `${paper.name}.csv`, content: writeCsv(paper) };
}
