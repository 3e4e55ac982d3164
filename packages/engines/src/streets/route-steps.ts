import type { Route } from './find-route.ts';
import type { StreetGraph } from './street-graph.ts';
import { type EdgeHeadings, edgeHeadings, turnBetween, type Turn } from './turns.ts';

/** One instruction: turn, then follow a street. */
export interface RouteStep {
  readonly turn: 'depart' | Turn;
  /** Empty where the street has no name. */
  readonly street: string;
  readonly metres: number;
}

const headingsOfGraphs = new WeakMap<StreetGraph, EdgeHeadings>();

/** What to tell the rider: a step for each turn and each change of name; none for a route that stays where it is. */
export function routeSteps(graph: StreetGraph, { edges }: Pick<Route, 'edges'>): RouteStep[] {
  let headings = headingsOfGraphs.get(graph);
  if (headings === undefined) headingsOfGraphs.set(graph, (headings = edgeHeadings(graph)));
  const steps: { turn: RouteStep['turn']; street: string; decimetres: number }[] = [];
  edges.forEach((edge, index) => {
    const street = graph.names[graph.edgeName[edge]!]!;
    const decimetres = graph.edgeDecimetres[edge]!;
    const turn = index === 0 ? 'depart' : turnBetween(graph, headings, edges[index - 1]!, edge);
    const last = steps.at(-1);
    if (last !== undefined && turn === 'straight' && last.street === street) last.decimetres += decimetres;
    else steps.push({ turn, street, decimetres });
  });
  return steps.map(({ turn, street, decimetres }) => ({ turn, street, metres: Math.round(decimetres / 10) }));
}
