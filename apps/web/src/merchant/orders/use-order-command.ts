import type { BodyOf, Order, RouteOf } from '@halfhour/contract';
import { useMutation } from '@tanstack/react-query';
import { call, newIdempotencyKey, ProblemError } from '../../api/index.ts';
import { useDesk } from '../desk/desk-context.tsx';
import { useStoreParams } from '../store-context.tsx';

/** What a store can do with an order. */
export type OrderCommand =
  | { readonly name: 'acceptOrder'; readonly body: BodyOf<RouteOf<'acceptOrder'>> }
  | { readonly name: 'markOrderReady'; readonly body: Record<string, never> }
  | { readonly name: 'cancelOrder'; readonly body: BodyOf<RouteOf<'cancelOrder'>> }
  | { readonly name: 'changeOrderLines'; readonly body: BodyOf<RouteOf<'changeOrderLines'>> }
  | { readonly name: 'substituteLine'; readonly body: BodyOf<RouteOf<'substituteLine'>> };

/** Sends a command of the store; the desk shows its answer at once, and is read again where it was refused. */
export function useOrderCommand(orderId: Order['id'], onDone?: () => void) {
  const { marketId } = useStoreParams();
  const { showOrder, readAgain } = useDesk();
  return useMutation({
    mutationFn: (command: OrderCommand): Promise<Order> => {
      const input = { params: { marketId, orderId }, idempotencyKey: newIdempotencyKey() };
      // One call for each name, as each has a body of its own.
      switch (command.name) {
        case 'acceptOrder':
          return call('acceptOrder', { ...input, body: command.body });
        case 'markOrderReady':
          return call('markOrderReady', { ...input, body: command.body });
        case 'cancelOrder':
          return call('cancelOrder', { ...input, body: command.body });
        case 'changeOrderLines':
          return call('changeOrderLines', { ...input, body: command.body });
        case 'substituteLine':
          return call('substituteLine', { ...input, body: command.body });
      }
    },
    onSuccess: (order) => {
      showOrder(order);
      onDone?.();
    },
    onError: () => void readAgain(),
  });
}

/** The state in which a refused command found the order, where that is why it was refused. */
export function stateFound(error: unknown): string | undefined {
  if (!(error instanceof ProblemError) || error.problem.code !== 'wrong_state') return undefined;
  const { state } = error.problem;
  return typeof state === 'string' ? state : undefined;
}
