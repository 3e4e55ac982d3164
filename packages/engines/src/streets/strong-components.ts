import type { Adjacency } from './street-graph.ts';

/**
 * Tarjan's strongly connected components (1972), with explicit stacks because a city is deeper than the
 * call stack. Returns for each node its number within the largest component, in the order of the old
 * numbers, or -1 for a node outside it.
 */
export function largestStrongComponent(out: Adjacency): Int32Array {
  const nodeCount = out.first.length - 1;
  const order = new Int32Array(nodeCount).fill(-1);
  const low = new Int32Array(nodeCount);
  const component = new Int32Array(nodeCount).fill(-1);
  const cursor = out.first.slice(0, nodeCount);
  const path = new Uint32Array(nodeCount);
  const open = new Uint32Array(nodeCount);
  let openCount = 0;
  let visited = 0;
  let components = 0;
  let largest = -1;
  let largestSize = 0;

  for (let root = 0; root < nodeCount; root++) {
    if (order[root]! >= 0) continue;
    let depth = 0;
    path[depth++] = root;
    while (depth > 0) {
      const node = path[depth - 1]!;
      if (order[node]! < 0) {
        order[node] = low[node] = visited++;
        open[openCount++] = node;
      }
      if (cursor[node]! < out.first[node + 1]!) {
        const next = out.node[cursor[node]!++]!;
        if (order[next]! < 0) path[depth++] = next;
        else if (component[next]! < 0) low[node] = Math.min(low[node]!, order[next]!);
        continue;
      }
      depth -= 1;
      if (depth > 0) low[path[depth - 1]!] = Math.min(low[path[depth - 1]!]!, low[node]!);
      if (low[node] !== order[node]) continue;
      let size = 0;
      let member: number;
      do {
        member = open[--openCount]!;
        component[member] = components;
        size += 1;
      } while (member !== node);
      if (size > largestSize) {
        largest = components;
        largestSize = size;
      }
      components += 1;
    }
  }

  let next = 0;
  return component.map((id) => (id === largest ? next++ : -1));
}
