import { Link } from 'wouter';
import { text } from '../../text/index.ts';
import { shortCode } from '../../ui/short-code.ts';
import { useFinance } from './use-finance.ts';

/** To everything that an order posted. */
export function OrderLink({ id }: { id: string }) {
  const { paths } = useFinance();
  return (
    <Link
      href={paths.order(id)}
      title={id}
      className="whitespace-nowrap text-accent underline-offset-2 hover:underline"
    >
      {text.order.title(shortCode(id))}
    </Link>
  );
}
