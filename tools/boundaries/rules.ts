/**
 * Which way the house depends. The text of the rule is in ARCHITECTURE.md; this is the rule itself.
 * `check.ts` beside it reads the imports, `../fixtures/boundaries` has one tree for each way to break it.
 */
export type Zone =
  'kernel' | 'contract' | 'engines' | 'platform' | 'twin' | 'server' | 'web' | 'bench' | 'test' | 'tools';

interface ZoneRule {
  readonly folder: string;
  /** Zones that it may import besides itself. */
  readonly sees: readonly Zone[];
  /** Whether code (not its tests) may import `node:` modules. */
  readonly host: boolean;
  /** Whether code (not its tests) may import packages from npm. */
  readonly npm: boolean;
  /** Whether the folders under src/ are modules with index.ts as their only door. */
  readonly doors: boolean;
}

const SHARED: readonly Zone[] = ['kernel', 'contract', 'engines', 'platform'];
const EVERYTHING: readonly Zone[] = [...SHARED, 'twin', 'server', 'web'];
const OPEN = { host: true, npm: true, doors: false } as const;

export const ZONES: Readonly<Record<Zone, ZoneRule>> = {
  kernel: { folder: 'packages/kernel', sees: [], host: false, npm: false, doors: false },
  contract: { folder: 'packages/contract', sees: ['kernel'], host: false, npm: true, doors: false },
  engines: { folder: 'packages/engines', sees: ['kernel'], host: false, npm: true, doors: true },
  platform: {
    folder: 'packages/platform',
    sees: ['kernel', 'contract', 'engines'],
    host: true,
    npm: true,
    doors: true,
  },
  twin: { folder: 'packages/twin', sees: SHARED, ...OPEN },
  server: { folder: 'apps/server', sees: SHARED, ...OPEN },
  web: { folder: 'apps/web', sees: ['kernel', 'contract'], ...OPEN, host: false },
  bench: { folder: 'bench', sees: EVERYTHING, ...OPEN },
  // The load of the benchmark is what the overload test overloads with.
  test: { folder: 'test', sees: [...EVERYTHING, 'bench'], ...OPEN },
  tools: { folder: 'tools', sees: EVERYTHING, ...OPEN },
};

/** Folders of the server whose files may use the twin: the commands that are about it. */
export const TWIN_COMMANDS: readonly string[] = [
  'apps/server/src/commands/',
  'apps/server/src/demo/',
  'apps/server/src/replay/',
];

/**
 * Modules of the platform that any other may use without a declared edge: the database, how a route is bound
 * to the contract, and how a command is done once. They know nothing of the domain.
 */
export const FREE_MODULES: readonly string[] = ['postgres', 'api', 'commands'];

export const MODULE_EDGES_FILE = 'packages/platform/module-edges.json';

/** The zone of a file by its path from the root; undefined for files that no rule is about. */
export function zoneOf(path: string): Zone | undefined {
  return (Object.keys(ZONES) as Zone[]).find((zone) => path.startsWith(`${ZONES[zone].folder}/`));
}

/** The zone of a workspace package by its name, such as `@halfhour/engines/dispatch`. */
export function zoneOfPackage(specifier: string): Zone | undefined {
  const name = /^@halfhour\/([a-z-]+)(\/|$)/.exec(specifier)?.[1];
  return (Object.keys(ZONES) as Zone[]).find(
    (zone) => /^(packages|apps)\//.test(ZONES[zone].folder) && zone === name,
  );
}

export function isTestFile(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

/** `packages/platform/src/ledger/post.ts` → `ledger`; undefined for a file directly in src. */
export function moduleOf(path: string, zone: Zone): string | undefined {
  const prefix = `${ZONES[zone].folder}/src/`;
  return path.startsWith(prefix) ? /^([^/]+)\//.exec(path.slice(prefix.length))?.[1] : undefined;
}
