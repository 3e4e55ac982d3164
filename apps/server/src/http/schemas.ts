import { z } from 'zod';
import { invariant } from '@halfhour/kernel';

/**
 * The JSON Schema (draft 7, the dialect of Fastify's ajv) by which bodies are checked: ajv compiles it and
 * is faster than parsing with Zod by a factor that shows in requests a second. JSON Schema cannot hold a
 * Zod refinement or transform, so a contract that had one would lose it here in silence; it is refused.
 */
export function bodySchema(schema: z.ZodType): Record<string, unknown> {
  const json = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema }) => {
      for (const check of zodSchema._zod.def.checks ?? []) {
        invariant(check._zod.def.check !== 'custom', 'a body of the contract may not use refine()');
      }
    },
  }) as Record<string, unknown>;
  delete json['$schema'];
  return json;
}

/** The JSON Schema of an answer, for checking answers in tests. */
export function answerSchema(schema: z.ZodType): Record<string, unknown> {
  const json = z.toJSONSchema(schema, { target: 'draft-7', io: 'output' }) as Record<string, unknown>;
  delete json['$schema'];
  return json;
}
