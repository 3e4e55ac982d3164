import { parseSync, Visitor } from 'oxc-parser';

export interface Import {
  /** What is written between the quotes; undefined where it is computed while running. */
  readonly specifier: string | undefined;
  /** From 1. */
  readonly line: number;
}

/**
 * Every import of a TypeScript source, in any form: import, export … from, import(), import('…').Type.
 * Throws SyntaxError where the source does not parse, so that no file is passed over unread.
 */
export function importsOf(path: string, source: string): Import[] {
  const parsed = parseSync(path, source);
  const broken = parsed.errors[0];
  if (broken) throw new SyntaxError(`${path}: ${broken.message}`);
  const imports: Import[] = [];
  const add = (specifier: string | undefined, offset: number): void => {
    imports.push({ specifier, line: source.slice(0, offset).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.start),
    ExportAllDeclaration: (node) => add(node.source.value, node.start),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.source.value, node.start);
    },
    ImportExpression: (node) => {
      const { source: from } = node;
      add(from.type === 'Literal' && typeof from.value === 'string' ? from.value : undefined, node.start);
    },
    TSImportType: (node) => add(node.source.value, node.start),
    TSExternalModuleReference: (node) => add(node.expression.value, node.start),
  }).visit(parsed.program);
  return imports;
}
