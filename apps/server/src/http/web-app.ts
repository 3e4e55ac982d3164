import { access } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from './problem.ts';
import { type SessionKeeper, answerSignInLink } from './session-routes.ts';

/** Paths that are never a page of the web app: a wrong one is a problem document, not the app. */
const NOT_PAGES = /^\/(v1|docs|health|metrics|openapi\.json|assets)(\/|$)/;

/**
 * Serves the built web app at `/`. A page that the app routes itself (`/ops/…`) is answered with its
 * index.html, for GET of HTML only. Without a build it says how to make one.
 */
export async function bindWebApp(
  app: FastifyInstance,
  options: { readonly folder: string; readonly identity: SessionKeeper },
): Promise<void> {
  const index = join(options.folder, 'index.html');
  const sendIndex = async (reply: FastifyReply): Promise<FastifyReply> => {
    reply.helmet();
    const built = await access(index).then(
      () => true,
      () => false,
    );
    if (built) return reply.sendFile('index.html');
    return reply.code(200).type('text/html; charset=utf-8').send(NOT_BUILT);
  };

  await app.register(fastifyStatic, {
    // Only `sendFile`: which path is a file and which a page is decided below.
    serve: false,
    root: options.folder,
    // The folder is made by the build, perhaps after this start.
    suppressWarning: true,
    cacheControl: false,
    preCompressed: true,
    setHeaders(reply, path) {
      // Vite puts a hash of the content into the names under assets/.
      const hashed = path.includes(`${sep}assets${sep}`);
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });

  app.get<{ Querystring: { signin?: unknown } }>('/', { config: { route: '/' } }, async (request, reply) => {
    const { signin } = request.query;
    if (typeof signin !== 'string') return sendIndex(reply);
    reply.helmet();
    return answerSignInLink(options.identity, signin, request, reply);
  });

  app.get<{ Params: { '*': string } }>('/*', { config: { route: '/*' } }, async (request, reply) => {
    const path = request.params['*'];
    if (await isFile(options.folder, path)) {
      reply.helmet();
      return reply.sendFile(path);
    }
    // A name with a dot is a file (or a step upwards), and this one is not there.
    const isPage = !NOT_PAGES.test(`/${path}`) && !path.includes('.');
    if (isPage && wantsPage(request)) return sendIndex(reply);
    throw new HttpProblem({ code: 'not_found' });
  });
}

async function isFile(folder: string, path: string): Promise<boolean> {
  // A name with an extension, without a step upwards: sendFile checks again, this only decides who answers.
  if (!/^[\w./@-]+\.\w+$/.test(path) || path.split('/').some((part) => part.startsWith('.'))) return false;
  return access(join(folder, path)).then(
    () => true,
    () => false,
  );
}

function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html');
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Halfhour</title>
<body style="font: 1.1rem/1.5 system-ui; max-width: 36rem; margin: 15vh auto; padding: 0 1rem">
<h1>Halfhour is running</h1>
<p>Its pages have not been built yet. In the folder of the repository run</p>
<pre>npm run build</pre>
<p>and load this page again. The API is at <a href="/docs">/docs</a>.</p>
`;
