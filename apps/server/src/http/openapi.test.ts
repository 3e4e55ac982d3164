import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RouteContract, PROBLEMS, ROUTES } from '@halfhour/contract';
import { describeApi } from './openapi.ts';

type Json = Record<string, unknown>;

const document = JSON.parse(JSON.stringify(describeApi('1.2.3'))) as {
  openapi: string;
  info: Json;
  paths: Record<string, Record<string, Json>>;
  webhooks: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
};

/** Every object in the document with where it is. */
function* walk(value: unknown, at = '#'): Generator<[string, Json]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, `${at}/${index}`);
  } else if (typeof value === 'object' && value !== null) {
    yield [at, value as Json];
    for (const [name, member] of Object.entries(value)) yield* walk(member, `${at}/${name}`);
  }
}

test('it is a document of OpenAPI 3.1 with a name, a version and a licence', () => {
  assert.match(document.openapi, /^3\.1\.\d$/);
  assert.deepEqual([document.info['title'], document.info['version']], ['Halfhour', '1.2.3']);
  assert.deepEqual(Object.keys(document.components.securitySchemes), ['session', 'bearer']);
});

test('every route of the contract is described once, and nothing else', () => {
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, operation]) => `${String(operation['operationId'])} ${method} ${path}`,
    ),
  );
  const expected = Object.entries(ROUTES).map(
    ([name, { method, path }]) => `${name} ${method.toLowerCase()} ${path}`,
  );
  assert.deepEqual(described.sort(), expected.sort());
});

test('every reference resolves, and none is left to a local definition', () => {
  let count = 0;
  for (const [at, { $ref, $defs }] of walk(document)) {
    assert.equal($defs, undefined, at);
    if (typeof $ref !== 'string') continue;
    count += 1;
    const target = $ref
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((value, name) => (value as Json | undefined)?.[name], document);
    assert.ok(target !== undefined, `${at} refers to ${$ref}`);
  }
  assert.ok(count > 50);
});

test('a resource is described once and referred to wherever it occurs', () => {
  for (const name of ['Order', 'Store', 'Offer', 'Market', 'Courier', 'Route', 'User', 'Quote', 'Problem']) {
    assert.equal(document.components.schemas[name]?.['type'], 'object', name);
  }
  const list = document.paths['/v1/markets/{marketId}/orders']!['get']!;
  assert.match(JSON.stringify(list['responses']), /"items":\{"\$ref":"#\/components\/schemas\/Order"\}/);
  assert.match(JSON.stringify(document.components.schemas['Store']), /"id":\{"type":"string"/);
});

test('what an endpoint is sent is described, as the payload of a message that the API shows', () => {
  const [posted] = Object.values(document.webhooks).map((item) => item['post']!);
  assert.match(JSON.stringify(posted!['requestBody']), /"\$ref":"#\/components\/schemas\/WebhookPayload"/);
  for (const header of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    assert.ok(JSON.stringify(posted!['parameters']).includes(`"${header}"`), header);
  }
  const properties = document.components.schemas['WebhookPayload']?.['properties'];
  assert.deepEqual(Object.keys(properties as Json), ['type', 'timestamp', 'data']);
});

const mediaOf = ({ stream }: RouteContract): string => (stream ? 'text/event-stream' : 'application/json');

test('each operation has its parameters, answer, problems by code, and roles', () => {
  for (const [name, route] of Object.entries(ROUTES) as [string, RouteContract][]) {
    const operation = document.paths[route.path]![route.method.toLowerCase()] as {
      parameters?: { name: string; in: string; required: boolean; schema: Json }[];
      responses: Record<string, { description: string; content?: Json }>;
      requestBody?: unknown;
      security: Json[];
      'x-roles': unknown;
    };
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    const templates = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    assert.deepEqual(inPath.map((parameter) => parameter.name).sort(), templates.sort(), name);
    assert.ok(inPath.every((parameter) => parameter.required));
    assert.equal(operation.requestBody !== undefined, route.body !== undefined, name);
    const answer = operation.responses[String(route.response.status)];
    const said = route.file ?? (route.response.schema === undefined ? [] : [mediaOf(route)]);
    assert.deepEqual(Object.keys(answer?.content ?? {}), [...said], name);
    const described = JSON.stringify(operation.responses);
    for (const code of route.problems ?? []) {
      assert.ok(operation.responses[String(PROBLEMS[code][0])]?.content?.['application/problem+json'], name);
      assert.ok(described.includes(code), `${name} ${code}`);
    }
    const hasKey = (operation.parameters ?? []).some((parameter) => parameter.name === 'Idempotency-Key');
    assert.equal(hasKey, route.idempotencyKey === 'required', name);
    assert.deepEqual(operation['x-roles'], route.access);
    assert.equal(
      operation.security.some((scheme) => Object.keys(scheme).length === 0),
      route.access === 'public',
    );
  }
});
