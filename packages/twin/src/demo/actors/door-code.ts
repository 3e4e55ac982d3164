import type { OrderId } from '@halfhour/kernel';
import type { ApiClient } from '../../http/index.ts';
import { rememberShopper, type Stage } from './stage.ts';

/**
 * The code that the shopper says at the door. A shopper of the demo reads it in the app; one who is not
 * (someone who tries the shop in a browser) is not there to say it, so the courier calls the operator.
 */
export async function askDoorCode(
  stage: Stage,
  orderId: OrderId,
  courier: ApiClient,
): Promise<string | undefined> {
  const { cast, signal } = stage;
  const params = { marketId: cast.marketId, orderId };
  const known = stage.doorbell.get(orderId);
  if (known?.code !== undefined) return known.code;
  const shopperKey = known?.shopperKey ?? (await whoOrdered(stage, orderId, courier));
  const reader =
    shopperKey === undefined ? stage.integrator : await stage.client({ role: 'shopper', key: shopperKey });
  const order = await reader.call('getOrder', { params, signal });
  if (!order.ok) {
    stage.count(`code_${order.error.code}`);
    return undefined;
  }
  const code = order.value.deliveryCode;
  if (shopperKey !== undefined) rememberShopper(stage, orderId, shopperKey, code);
  return code;
}

const keysByUser = new WeakMap<Stage, Map<string, string>>();

/** After a restart nobody here remembers: the order says whose it is. */
async function whoOrdered(stage: Stage, orderId: OrderId, courier: ApiClient): Promise<string | undefined> {
  const params = { marketId: stage.cast.marketId, orderId };
  const order = await courier.call('getOrder', { params, signal: stage.signal });
  if (!order.ok) return undefined;
  let keys = keysByUser.get(stage);
  if (keys === undefined) {
    keys = new Map([...stage.cast.shoppers].map(([key, userId]) => [userId, key]));
    keysByUser.set(stage, keys);
  }
  return keys.get(order.value.shopperId);
}
