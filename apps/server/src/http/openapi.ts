import { z } from 'zod';
import { type ProblemCode, type RouteContract, type RouteName, PROBLEMS, ROUTES } from '@halfhour/contract';

type Json = Record<string, unknown>;

/**
 * Names of the components: the schema that a route answers with or takes, under the name of the resource.
 * Wherever the same schema occurs again, also inside another, it becomes a reference.
 */
const RESOURCES: Readonly<Record<string, z.ZodType>> = {
  User: ROUTES.getMe.response.schema,
  ApiKey: ROUTES.listApiKeys.response.schema.shape.items.element,
  Market: ROUTES.getMarket.response.schema,
  Store: ROUTES.getStore.response.schema,
  Offer: ROUTES.updateOffer.response.schema,
  Basket: ROUTES.createQuote.body,
  Quote: ROUTES.createQuote.response.schema,
  Order: ROUTES.getOrder.response.schema,
  Courier: ROUTES.getCourier.response.schema,
  Route: ROUTES.arriveAtStop.response.schema,
  ClockState: ROUTES.getClock.response.schema,
  LiveSnapshot: ROUTES.getLive.response.schema,
  MarketEvent: ROUTES.streamMarket.response.schema,
  OrderEvent: ROUTES.streamOrder.response.schema,
  CourierEvent: ROUTES.streamCourier.response.schema,
  Webhook: ROUTES.getWebhook.response.schema,
  WebhookMessage: ROUTES.replayWebhookMessage.response.schema,
  WebhookPayload: ROUTES.getWebhookMessage.response.schema.shape.payload,
};

/** The OpenAPI 3.1 document of the whole contract (https://spec.openapis.org/oas/v3.1.1). */
export function describeApi(version: string): Json {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(RESOURCES)) names.add(schema, { id });
  const schemas: Json = { Problem: PROBLEM_SCHEMA };

  /** A JSON Schema whose named parts stand in `components.schemas`. */
  const describe = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io, metadata: names }) as Json;
    const { $defs, ...root } = toComponentReferences(json) as Json;
    Object.assign(schemas, $defs);
    const id = names.get(schema)?.id;
    if (id === undefined) return root;
    const $ref = `#/components/schemas/${id}`;
    // Zod writes a named root either in place or as a reference to its own definition.
    if (root['$ref'] !== $ref) schemas[id] = root;
    return { $ref };
  };

  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, RouteContract][]) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = describeRoute(name, route, describe);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Halfhour',
      version,
      summary: 'The open platform for instant commerce',
      description:
        'Money is in whole minor units of the currency (ISO 4217), times are RFC 3339. Errors are problem documents (RFC 9457) with a stable `code`. Lists are read with `cursor` from `next`. Commands with an `Idempotency-Key` can be sent again without being done again.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(ROUTES).map((route) => route.tag))].map((tag) => ({ name: tag })),
    paths,
    webhooks: { event: { post: describeWebhook(describe(RESOURCES['WebhookPayload']!, 'output')) } },
    components: {
      schemas,
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'halfhour_session',
          description: 'Set by signing in.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or the token of a session.' },
      },
    },
  };
}

function describeRoute(
  name: RouteName,
  route: RouteContract,
  describe: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json {
  const parameters = [
    ...describeParameters(route.params, 'path', describe),
    ...describeParameters(route.query, 'query', describe),
    ...(route.idempotencyKey === undefined ? [] : [IDEMPOTENCY_KEY_HEADER]),
    ...(route.stream === undefined ? [] : [LAST_EVENT_ID_HEADER]),
  ];
  const { status, schema } = route.response;
  const media = route.stream ? 'text/event-stream' : 'application/json';
  const content =
    route.file !== undefined
      ? { content: Object.fromEntries(route.file.map((type) => [type, {}])) }
      : schema === undefined
        ? {}
        : { content: { [media]: { schema: describe(schema, 'output') } } };
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: describe(route.body, 'input') } },
          },
        }),
    responses: {
      [status]: {
        description: route.stream
          ? 'Server-sent events; `data` of each is as shown'
          : (STATUS_WORDS[status] ?? 'Done'),
        ...content,
      },
      ...describeProblems(problemsOf(route)),
    },
    security: route.access === 'public' ? [{}, { bearer: [] }] : [{ bearer: [] }, { session: [] }],
    // OpenAPI has no words for the messages of a WebSocket.
    ...(route.socket === undefined ? {} : { 'x-messages': { takes: describe(route.socket.takes, 'input') } }),
    /** Who may call, and on whose data: `own`, of the `market` in the path, or `all`. */
    'x-roles': route.access,
  };
}

/** What an endpoint is sent, for those who write receivers. */
function describeWebhook(payload: Json): Json {
  const header = (name: string, description: string): Json => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  });
  return {
    operationId: 'receiveEvent',
    tags: [ROUTES.createWebhook.tag],
    summary: 'What is posted to your endpoint for each event',
    parameters: [
      header('webhook-id', 'Of the message; the same in every attempt.'),
      header('webhook-timestamp', 'Of the attempt, in seconds since 1970.'),
      header(
        'webhook-signature',
        'One or more, separated by spaces: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.',
      ),
    ],
    requestBody: { required: true, content: { 'application/json': { schema: payload } } },
    responses: {
      '2XX': { description: 'Taken' },
      410: { description: 'Gone: the endpoint is disabled' },
      default: { description: 'Tried again later, not before `Retry-After`' },
    },
  };
}

function describeParameters(
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  describe: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json[] {
  if (schema === undefined) return [];
  const { properties, required } = describe(schema, 'input') as {
    properties: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    schema: property,
  }));
}

/** The codes of a route: its own, and those that follow from what it takes and who may call it. */
export function problemsOf(route: RouteContract): ProblemCode[] {
  const codes: ProblemCode[] = ['internal_error', 'overloaded', 'unavailable', ...(route.problems ?? [])];
  if (route.access !== 'public') codes.push('unauthenticated', 'forbidden');
  if (route.params !== undefined) codes.push('not_found');
  if (route.query !== undefined || route.body !== undefined) codes.push('invalid_request');
  if (route.body !== undefined) codes.push('malformed_json', 'body_too_large', 'unsupported_media_type');
  if (route.idempotencyKey !== undefined) codes.push('idempotency_key_missing', 'idempotency_key_reused');
  if (route.stream === true || route.problems?.includes('wrong_credentials')) codes.push('too_many_requests');
  return [...new Set(codes)];
}

function describeProblems(codes: readonly ProblemCode[]): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, known]) => [
      status,
      {
        description: known
          .map((code) => `\`${code}\`: ${PROBLEMS[code][1]}. ${PROBLEMS[code][2]}`)
          .join('\n\n'),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { code: { enum: known } } },
              ],
            },
          },
        },
      },
    ]),
  );
}

/** `#/$defs/Order` becomes `#/components/schemas/Order`; the dialect is that of OpenAPI 3.1 anyway. */
function toComponentReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toComponentReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Zod writes the name of a schema into it as `id`, next to its `type` or `oneOf`.
      .filter(([name, member]) => name !== '$schema' && !(name === 'id' && typeof member === 'string'))
      .map(([name, member]) => [
        name,
        name === '$ref' && typeof member === 'string'
          ? member.replace('#/$defs/', '#/components/schemas/')
          : toComponentReferences(member),
      ]),
  );
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  101: 'The connection is a WebSocket now; messages are texts of JSON as `x-messages` shows',
  200: 'Done',
  201: 'Created',
  202: 'Taken; it is done later',
  204: 'Done, with nothing to say',
};

const PROBLEM_SCHEMA: Json = {
  type: 'object',
  description: 'A problem document (RFC 9457). Some codes add members, as their hint says.',
  properties: {
    type: { type: 'string', examples: ['urn:halfhour:problem:out_of_stock'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    hint: { type: 'string' },
    requestId: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'code', 'hint', 'requestId'],
};

const IDEMPOTENCY_KEY_HEADER: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'New for each command, the same on each retry of it.',
  schema: { type: 'string', minLength: 8, maxLength: 64, pattern: '^[!-~]+$' },
};

const LAST_EVENT_ID_HEADER: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Continue after this event; browsers send it when they connect again.',
  schema: { type: 'string' },
};
