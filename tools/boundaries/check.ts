import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf } from './imports.ts';
import {
  FREE_MODULES,
  MODULE_EDGES_FILE,
  TWIN_COMMANDS,
  ZONES,
  type Zone,
  isTestFile,
  moduleOf,
  zoneOf,
  zoneOfPackage,
} from './rules.ts';

/** Module of the platform → the modules that it may call; `*` is all of them. */
export type ModuleEdges = Readonly<Record<string, readonly string[]>>;

export interface Findings {
  readonly files: number;
  readonly imports: number;
  /** `path:line message`, in the order of paths. */
  readonly violations: readonly string[];
}

const SOURCES = '{packages,apps}/*/**/*.{ts,tsx,mts}';
const LOOSE_SOURCES = '{bench,test,tools}/**/*.{ts,tsx,mts}';
const SKIPPED = /(^|\/)(node_modules|dist|\.halfhour|coverage)(\/|$)|^tools\/fixtures(\/|$)/;

/** Reads every import under `root` and tells which break the dependency rule. */
export function checkBoundaries(root: string): Findings {
  const edges = readEdges(root);
  const violations = findCycles(edges).map(
    (cycle) => `${MODULE_EDGES_FILE}:1 modules go in a circle: ${cycle}`,
  );
  const paths = globSync([SOURCES, LOOSE_SOURCES], { cwd: root, exclude: (path) => SKIPPED.test(path) })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !SKIPPED.test(path))
    .toSorted();
  let imports = 0;
  for (const path of paths) {
    for (const { specifier, line } of importsOf(path, readFileSync(join(root, path), 'utf8'))) {
      imports += 1;
      const message = judge(path, specifier, edges);
      if (message !== undefined) violations.push(`${path}:${line} ${message}`);
    }
  }
  return { files: paths.length, imports, violations };
}

/** Why an import may not be, or undefined where it may. */
function judge(path: string, specifier: string | undefined, edges: ModuleEdges): string | undefined {
  const zone = zoneOf(path);
  if (zone === undefined) return `belongs to no zone: add it to tools/boundaries/rules.ts`;
  const rule = ZONES[zone];
  const isTest = isTestFile(path);
  if (specifier === undefined) {
    return rule.folder.startsWith('packages/') && !isTest
      ? 'computes what it imports, which nobody can check: name it'
      : undefined;
  }
  if (specifier.startsWith('.')) return judgeRelative(path, specifier, zone, edges);
  if (specifier.startsWith('@halfhour/')) return judgePackage(path, specifier, zone);
  if (isTest) return undefined;
  if (specifier.startsWith('node:')) {
    return rule.host ? undefined : `${zone} does no I/O: it may not import ${specifier}`;
  }
  return rule.npm ? undefined : `${zone} imports nothing from outside: ${specifier}`;
}

function judgePackage(path: string, specifier: string, zone: Zone): string | undefined {
  const target = zoneOfPackage(specifier);
  if (target === undefined) return `no package is called ${specifier}`;
  // Another module of the engines may be called by name: the package exports doors and nothing else.
  if (target === zone && zone === 'engines' && isOtherModule(path, specifier)) return undefined;
  if (target === zone) return `${specifier} is its own package: import the file`;
  if (ZONES[zone].sees.includes(target)) return undefined;
  if (target === 'twin' && zone === 'server') {
    return TWIN_COMMANDS.some((folder) => path.startsWith(folder))
      ? undefined
      : `only the server's twin, demo and replay commands may use the twin: ${specifier}`;
  }
  return `${zone} may not depend on ${target}: ${specifier}`;
}

function isOtherModule(path: string, specifier: string): boolean {
  return specifier.split('/')[2] !== moduleOf(path, 'engines');
}

function judgeRelative(path: string, specifier: string, zone: Zone, edges: ModuleEdges): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  const { folder, doors } = ZONES[zone];
  // bench, test and tools see everything, so a path out of them breaks nothing.
  if (!target.startsWith(`${folder}/`)) {
    // Data beside the sources, such as the package.json for the version, is nobody's code.
    return !/^(packages|apps)\//.test(folder) || target.endsWith('.json')
      ? undefined
      : `leaves its package by a path: ${specifier}; import the package by its name`;
  }
  if (!doors) return undefined;
  const from = moduleOf(path, zone);
  const to = moduleOf(target, zone);
  if (to === undefined || from === to) return undefined;
  if (target !== `${folder}/src/${to}/index.ts`) {
    return `enters ${to} past its door: import ../${to}/index.ts instead of ${specifier}`;
  }
  // Tests may set up what they need through any door, and a file directly in src puts modules together.
  if (zone !== 'platform' || from === undefined || isTestFile(path) || FREE_MODULES.includes(to))
    return undefined;
  const allowed = edges[from];
  if (allowed === undefined) return `module ${from} is not declared in ${MODULE_EDGES_FILE}`;
  return allowed.includes('*') || allowed.includes(to)
    ? undefined
    : `${from} → ${to} is not a declared edge in ${MODULE_EDGES_FILE}`;
}

function readEdges(root: string): ModuleEdges {
  const file = join(root, MODULE_EDGES_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ModuleEdges) : {};
}

/** Circles among the declared edges, each as `a → b → a`. */
function findCycles(edges: ModuleEdges): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (module: string, trail: readonly string[]): void => {
    const start = trail.indexOf(module);
    if (start >= 0) cycles.push([...trail.slice(start), module].join(' → '));
    if (start >= 0 || done.has(module)) return;
    for (const next of edges[module] ?? []) visit(next, [...trail, module]);
    done.add(module);
  };
  for (const module of Object.keys(edges)) visit(module, []);
  return cycles;
}
