import { Table, type TableProps, type TableTdProps, type TableThProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFormat } from '../market-format.tsx';

/** A table of money: digits of one width, amounts to the right, sideways scrolling of its own where it is narrow. */
export function MoneyTable({
  label,
  minWidth = 640,
  children,
  ...rest
}: TableProps & { label: string; minWidth?: number }) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      type="native"
      className="rounded-lg border border-line"
      // A region that scrolls is reached by keyboard.
      scrollAreaProps={{ tabIndex: 0 }}
    >
      <Table aria-label={label} tabularNums verticalSpacing={6} horizontalSpacing="sm" {...rest}>
        {children}
      </Table>
    </Table.ScrollContainer>
  );
}

export function AmountHead({ children, ...rest }: TableThProps) {
  return (
    <Table.Th scope="col" {...rest} style={{ textAlign: 'right', whiteSpace: 'nowrap' }}>
      {children}
    </Table.Th>
  );
}

/** An amount in the market's currency; nothing where there is none. */
export function AmountCell({
  minor,
  children,
  ...rest
}: TableTdProps & { minor?: number | undefined; children?: ReactNode }) {
  const format = useFormat();
  return (
    <Table.Td {...rest} style={{ textAlign: 'right', whiteSpace: 'nowrap' }}>
      {minor === undefined ? children : format.amount(minor)}
    </Table.Td>
  );
}
