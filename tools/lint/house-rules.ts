/**
 * Three rules that oxlint does not have, as a plugin for it. Only the few parts of the ESTree that they look
 * at are described here; oxlint publishes its plugin types in a package of their own.
 */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly parent?: Node;
}

interface MemberExpression extends Node {
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}

interface Call extends Node {
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

interface ImportDeclaration extends Node {
  readonly source: { readonly value: string };
  readonly importKind?: 'type' | 'value';
  readonly specifiers: readonly (Node & { readonly imported?: Node })[];
}

interface Context {
  readonly sourceCode: { isGlobalReference(node: Node): boolean };
  report(finding: { node: Node; message: string }): void;
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];
/** Object → the properties that reach the world. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Date: ['now'],
  Math: ['random'],
  crypto: ['randomUUID', 'getRandomValues'],
  performance: ['now', 'timeOrigin'],
  process: ['env', 'hrtime'],
};
const MODULES: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['randomUUID'],
  'node:process': ['env', 'hrtime'],
  'node:perf_hooks': ['performance'],
  'node:timers': TIMERS,
  'node:timers/promises': [...TIMERS, 'scheduler'],
};
const INSTEAD = 'take a Clock, Random, IdSource or setting as an argument';

/**
 * Time, chance and the environment come as arguments, so that the twin and the tests can swap them and a
 * run can be repeated from its seed.
 */
function createWorldRule(context: Context): Record<string, (node: never) => void> {
  const isGlobal = (node: Node): boolean =>
    node.type === 'Identifier' && context.sourceCode.isGlobalReference(node);
  const report = (node: Node, what: string): void =>
    context.report({ node, message: `${what} reaches for the world: ${INSTEAD}` });
  return {
    MemberExpression(node: MemberExpression) {
      const property = node.computed ? node.property.value : node.property.name;
      if (typeof property !== 'string' || !isGlobal(node.object)) return;
      const object = node.object.name ?? '';
      if (Object.hasOwn(MEMBERS, object) && MEMBERS[object]!.includes(property)) {
        report(node, `${object}.${property}`);
      } else if (object === 'globalThis' && (TIMERS.includes(property) || Object.hasOwn(MEMBERS, property))) {
        // Math and Date themselves are fine; only through globalThis could they hide what is taken from them.
        report(node, `globalThis.${property}`);
      }
    },
    Identifier(node: Node) {
      if (TIMERS.includes(node.name ?? '') && isGlobal(node)) report(node, node.name!);
    },
    NewExpression(node: Call) {
      if (node.callee.name === 'Date' && node.arguments.length === 0 && isGlobal(node.callee)) {
        report(node, 'new Date() without a moment');
      }
    },
    CallExpression(node: Call) {
      if (node.callee.name === 'Date' && isGlobal(node.callee)) report(node, 'Date()');
    },
    ImportDeclaration(node: ImportDeclaration) {
      if (node.importKind === 'type' || !Object.hasOwn(MODULES, node.source.value)) return;
      const banned = MODULES[node.source.value]!;
      for (const specifier of node.specifiers) {
        const name = specifier.imported?.name;
        if (name !== undefined && banned.includes(name)) report(specifier, `${name} of ${node.source.value}`);
      }
    },
  };
}

/** A test that sleeps is slow where it passes and fails where the machine is: it waits for the event or moves the clock. */
function createNoSleepRule(context: Context): Record<string, (node: never) => void> {
  return {
    Identifier(node: Node) {
      const name = node.name ?? '';
      if ((name === 'setTimeout' || name === 'setInterval') && context.sourceCode.isGlobalReference(node)) {
        context.report({ node, message: 'a test does not sleep: wait for the event, or move the clock' });
      }
    },
    ImportDeclaration(node: ImportDeclaration) {
      if (node.source.value === 'node:timers/promises') {
        context.report({ node, message: 'a test does not sleep: wait for the event, or move the clock' });
      }
    },
  };
}

/** A door lists what goes through it, so that what a module offers is read in one place and grows on purpose. */
function createExplicitExportsRule(context: Context): Record<string, (node: never) => void> {
  return {
    ExportAllDeclaration(node: Node) {
      context.report({ node, message: 'export * hides what a module offers: name each export' });
    },
  };
}

// oxlint reads a plugin's default export.
export default {
  meta: { name: 'house' },
  rules: {
    world: { create: createWorldRule },
    'no-sleep': { create: createNoSleepRule },
    'explicit-exports': { create: createExplicitExportsRule },
  },
};
