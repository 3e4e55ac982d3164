import type { RouteName } from '@halfhour/contract';
import { type Result, err, fromRfc3339, invariant, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import type { ApiError, ApiRequest, Authority, Handlers } from '../api/index.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  replayMessage,
  replaySince,
  rotateSecret,
  sendTest,
} from './change-endpoints.ts';
import type { Webhooks } from './create-webhooks.ts';
import { type EndpointRecord, isOwn, toWebhook } from './endpoint.ts';
import { selectEndpoint, selectEndpoints } from './endpoint-store.ts';
import { toMessage } from './message.ts';
import { selectMessage, selectMessages } from './message-store.ts';

type WebhookRoute = Extract<RouteName, `${string}Webhook${string}`>;

export function createWebhookRoutes({ deps }: Webhooks): Handlers<WebhookRoute> {
  const { db } = deps;

  /** The endpoint, if it is the caller's to see; otherwise as if there were none. */
  async function findOwn({
    params,
    authority,
  }: Pick<ApiRequest<'getWebhook'>, 'params' | 'authority'>): Promise<Result<EndpointRecord, ApiError>> {
    const endpoint = await selectEndpoint(db, params.marketId, params.webhookId);
    return endpoint === undefined || !isOwn(required(authority), endpoint)
      ? err({ code: 'not_found' })
      : ok(endpoint);
  }

  return {
    async createWebhook({ params, body, authority }) {
      const created = await createEndpoint(deps, params.marketId, body, required(authority));
      if (!created.ok) return created;
      return ok({ ...toWebhook(created.value.endpoint), secret: created.value.secret });
    },

    async listWebhooks({ params, query, authority }) {
      const who = required(authority);
      const after = query.cursor === undefined ? undefined : parseId('whk', query.cursor);
      if (query.cursor !== undefined && after === undefined) return err(BAD_CURSOR);
      const endpoints = await selectEndpoints(db, params.marketId, {
        merchantIds: who.scope === 'own' ? who.merchantIds : undefined,
        after,
        limit: query.limit,
      });
      return ok({
        items: endpoints.map(toWebhook),
        ...(endpoints.length === query.limit ? { next: endpoints.at(-1)!.id } : {}),
      });
    },

    async getWebhook(request) {
      const found = await findOwn(request);
      return found.ok ? ok(toWebhook(found.value)) : found;
    },

    async updateWebhook({ params, body, authority }) {
      const { marketId, webhookId } = params;
      const changed = await changeEndpoint(deps, marketId, webhookId, body, required(authority));
      return changed.ok ? ok(toWebhook(changed.value)) : changed;
    },

    deleteWebhook: ({ params, authority }) =>
      deleteEndpoint(deps, params.marketId, params.webhookId, required(authority)),

    async rotateWebhookSecret({ params, authority }) {
      const rotated = await rotateSecret(deps, params.marketId, params.webhookId, required(authority));
      if (!rotated.ok) return rotated;
      return ok({ secret: rotated.value.secret, oldSecretsUntil: toRfc3339(rotated.value.oldUntil) });
    },

    async testWebhook({ params, authority }) {
      const queued = await sendTest(deps, params.marketId, params.webhookId, required(authority));
      return queued.ok ? ok(toMessage(queued.value)) : queued;
    },

    async listWebhookMessages(request) {
      const { params, query } = request;
      const found = await findOwn(request);
      if (!found.ok) return found;
      const before = query.cursor === undefined ? undefined : parseId('msg', query.cursor);
      if (query.cursor !== undefined && before === undefined) return err(BAD_CURSOR);
      const messages = await selectMessages(db, params.marketId, params.webhookId, {
        state: query.state,
        before,
        limit: query.limit,
      });
      return ok({
        items: messages.map(toMessage),
        ...(messages.length === query.limit ? { next: messages.at(-1)!.id } : {}),
      });
    },

    async getWebhookMessage(request) {
      const { params } = request;
      const found = await findOwn(request);
      if (!found.ok) return found;
      const message = await selectMessage(db, params.marketId, params.webhookId, params.messageId);
      if (message === undefined) return err({ code: 'not_found' });
      return ok({ ...toMessage(message), payload: JSON.parse(message.body) });
    },

    async replayWebhookMessage({ params, authority }) {
      const { marketId, webhookId, messageId } = params;
      const replayed = await replayMessage(deps, marketId, webhookId, messageId, required(authority));
      return replayed.ok ? ok(toMessage(replayed.value)) : replayed;
    },

    async replayWebhook({ params, body, authority }) {
      const since = fromRfc3339(body.since);
      if (since === undefined) return err({ code: 'invalid_request', detail: '`since` is not a moment.' });
      return replaySince(deps, params.marketId, params.webhookId, since, required(authority));
    },
  };
}

const BAD_CURSOR: ApiError = { code: 'invalid_request', detail: '`cursor` is not one that this list gave.' };

function required(authority: Authority | undefined): Authority {
  invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
  return authority;
}
