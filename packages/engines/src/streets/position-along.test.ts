import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceMetres } from '@halfhour/kernel';
import { syntheticCity } from '@halfhour/engines/city';
import { findRoute } from './find-route.ts';
import { positionAlong } from './position-along.ts';
import { buildStreetGraph } from './street-graph.ts';
import { buildStreetHierarchy } from './street-hierarchy.ts';

const ROUTE = {
  points: [
    { lat: 0, lng: 0 },
    { lat: 0.01, lng: 0 },
    { lat: 0.01, lng: -0.01 },
  ],
  pointSeconds: [0, 100, 150],
};

test('a courier is where the time since the start puts them, heading along the street', () => {
  assert.deepEqual(positionAlong(ROUTE, 50), { lat: 0.005, lng: 0, headingDegrees: 0 });
  const west = positionAlong(ROUTE, 125);
  assert.ok(Math.abs(west.lng + 0.005) < 1e-12);
  assert.ok(Math.abs(west.headingDegrees - 270) < 1e-6);
});

test('before the start they stand at it, after the end at the end', () => {
  const { lat, lng } = positionAlong(ROUTE, -5);
  assert.deepEqual({ lat, lng }, ROUTE.points[0]);
  const end = positionAlong(ROUTE, 1e9);
  assert.deepEqual({ lat: end.lat, lng: end.lng }, ROUTE.points[2]);
});

test('a route from a node to itself is a place to stand', () => {
  const graph = buildStreetGraph(syntheticCity('stand', { blocks: 2 }));
  const route = findRoute(buildStreetHierarchy(graph, 'car'), 4, 4);
  assert.deepEqual([route.seconds, route.metres, route.points.length], [0, 0, 1]);
  assert.deepEqual(positionAlong(route, 10), { ...route.points[0], headingDegrees: 0 });
});

test('from second to second nobody jumps further than the fastest street allows', () => {
  const graph = buildStreetGraph(syntheticCity('steps', { blocks: 9 }));
  const route = findRoute(buildStreetHierarchy(graph, 'motorcycle'), 0, graph.nodeCount - 1);
  for (let second = 0; second < route.seconds; second++) {
    const step = distanceMetres(positionAlong(route, second), positionAlong(route, second + 1));
    assert.ok(step <= 75 / 3.6 + 0.1, `${step} m in second ${second}`);
  }
});
