import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { describeApi } from './openapi.ts';

/** `/openapi.json`, and the same browsable at `/docs`; all its files come from this server. */
export async function bindDocs(app: FastifyInstance, version: string): Promise<void> {
  const document = describeApi(version);
  const text = JSON.stringify(document);
  app.get('/openapi.json', { config: { route: '/openapi.json' } }, (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(text),
  );
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => void reply.helmet());
    await scope.register(fastifySwagger, {
      mode: 'static',
      // Its types know static documents of OpenAPI 3.0 only; it shows those of 3.1 too.
      specification: { document: document as never },
    });
    await scope.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      // The bar on top shows another project's name and a document that is not ours to change.
      theme: {
        title: 'Halfhour API',
        css: [{ filename: 'halfhour.css', content: '.swagger-ui .topbar { display: none }' }],
      },
      uiConfig: { url: '/openapi.json', docExpansion: 'list', defaultModelsExpandDepth: 0, filter: true },
    });
  });
}
