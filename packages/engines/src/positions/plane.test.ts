import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distanceMetres } from '@halfhour/kernel';
import { createPlane } from './plane.ts';

test('within a city of 50 km distances are those on the globe, to 0.5 % and a rounding', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.array(fc.double({ min: -25, max: 25, noNaN: true }), { minLength: 4, maxLength: 4 }),
      (lat, lng, [northA, eastA, northB, eastB]) => {
        const plane = createPlane({ lat, lng });
        const at = (north: number, east: number) => {
          const eastDegrees = lng + east / 111.2 / Math.cos((lat * Math.PI) / 180);
          return {
            lat: lat + north / 111.2,
            lng: eastDegrees > 180 ? eastDegrees - 360 : eastDegrees < -180 ? eastDegrees + 360 : eastDegrees,
          };
        };
        const [a, b] = [at(northA!, eastA!), at(northB!, eastB!)];
        const metres = Math.hypot(plane.x(a) - plane.x(b), plane.y(a) - plane.y(b));
        const truth = distanceMetres(a, b);
        assert.ok(Math.abs(metres - truth) <= 1.5 + truth * 0.005, `${metres} is not ${truth}`);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('every place on earth has whole metres, and bounds become the rectangle around them', () => {
  const plane = createPlane({ lat: -34.9, lng: -56.16 });
  for (const [lat, lng] of [
    [90, 180],
    [-90, -180],
    [0, 0],
  ] as const) {
    assert.ok(Number.isInteger(plane.x({ lat, lng })) && Number.isInteger(plane.y({ lat, lng })));
  }
  const area = plane.area({ south: -35, west: -56.26, north: -34.8, east: -56.06 });
  assert.deepEqual(area, { minX: -9_120, minY: -11_120, maxX: 9_120, maxY: 11_120 });
});
