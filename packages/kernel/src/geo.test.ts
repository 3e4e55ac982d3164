import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LatLng, circlePolygon, distanceMetres, fromPosition, isInside, toPosition } from './geo.ts';

const anyPlace: fc.Arbitrary<LatLng> = fc.record(
  {
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  },
  { noNullPrototype: true },
);
/** Where cities are; a circle drawn near a pole is none. On a grid of ten metres. */
const anyCity: fc.Arbitrary<LatLng> = fc
  .record({
    lat: fc.integer({ min: -600_000, max: 600_000 }),
    lng: fc.integer({ min: -1_700_000, max: 1_700_000 }),
  })
  .map(({ lat, lng }) => ({ lat: lat / 10_000, lng: lng / 10_000 }));
const HALF_EARTH_METRES = Math.PI * 6_371_008.8;

function assertNear(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

test('known distances are met within a half percent of the ellipsoid', () => {
  const montevideo = { lat: -34.9011, lng: -56.1645 };
  const buenosAires = { lat: -34.6037, lng: -58.3816 };
  assertNear(distanceMetres(montevideo, buenosAires), 205_000, 1_100);
  assertNear(distanceMetres({ lat: 0, lng: 0 }, { lat: 0, lng: 1 }), 111_195, 1);
  assertNear(distanceMetres({ lat: 0, lng: 0 }, { lat: 0, lng: 180 }), HALF_EARTH_METRES, 1);
  assertNear(distanceMetres({ lat: 90, lng: 0 }, { lat: 90, lng: 90 }), 0, 0.001);
  assertNear(distanceMetres({ lat: 0, lng: 179.5 }, { lat: 0, lng: -179.5 }), 111_195, 1);
});

test('distance is a metric: none to itself, the same both ways, no detour is shorter', () => {
  fc.assert(
    fc.property(anyPlace, anyPlace, anyPlace, (a, b, c) => {
      assert.equal(distanceMetres(a, a), 0);
      assertNear(distanceMetres(a, b), distanceMetres(b, a), 1e-6);
      assert.ok(distanceMetres(a, b) <= HALF_EARTH_METRES + 1);
      assert.ok(distanceMetres(a, c) <= distanceMetres(a, b) + distanceMetres(b, c) + 1);
    }),
  );
});

test('the corners of a circle are its radius away, and its inside is inside', () => {
  const radii = fc.integer({ min: 50, max: 10_000 });
  const angles = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
  fc.assert(
    fc.property(anyCity, radii, angles, fc.constantFrom(3, 8, 24), (centre, radiusMetres, angle, corners) => {
      const circle = circlePolygon(centre, radiusMetres, corners);
      assert.equal(circle.length, corners);
      for (const corner of circle)
        assertNear(distanceMetres(centre, corner), radiusMetres, radiusMetres * 0.01);
      const at = (share: number): LatLng => ({
        lat:
          centre.lat +
          share * (circle[0]!.lng - centre.lng) * Math.cos((centre.lat * Math.PI) / 180) * Math.sin(angle),
        lng: centre.lng + share * (circle[0]!.lng - centre.lng) * Math.cos(angle),
      });
      // A regular polygon contains the circle of radius × cos(π / corners) and lies in that of its radius.
      assert.ok(isInside(at(0.99 * Math.cos(Math.PI / corners)), circle));
      assert.ok(!isInside(at(1.01), circle));
    }),
  );
});

test('inside a polygon with a bay is not the same as inside its outline', () => {
  const bay = [
    { lat: 0, lng: 0 },
    { lat: 0, lng: 10 },
    { lat: 10, lng: 10 },
    { lat: 10, lng: 6 },
    { lat: 2, lng: 5 },
    { lat: 10, lng: 4 },
    { lat: 10, lng: 0 },
  ];
  assert.ok(isInside({ lat: 1, lng: 5 }, bay));
  assert.ok(!isInside({ lat: 5, lng: 5 }, bay));
  assert.ok(isInside({ lat: 5, lng: 1 }, bay));
  assert.ok(!isInside({ lat: 5, lng: 11 }, bay));
});

test('it does not matter at which corner a polygon begins nor which way round it goes', () => {
  fc.assert(
    fc.property(
      fc.array(anyCity, { minLength: 3, maxLength: 12 }),
      anyCity,
      fc.nat(11),
      (polygon, city, turn) => {
        // Off the grid, since a point exactly on an edge may fall on either side.
        const point = { lat: city.lat + 0.000_031_7, lng: city.lng + 0.000_014_1 };
        const start = turn % polygon.length;
        const turned = [...polygon.slice(start), ...polygon.slice(0, start)];
        assert.equal(isInside(point, turned), isInside(point, polygon));
        assert.equal(isInside(point, polygon.toReversed()), isInside(point, polygon));
      },
    ),
  );
});

test('nothing is inside a polygon without area', () => {
  const point = { lat: 1, lng: 1 };
  assert.ok(!isInside(point, []));
  assert.ok(!isInside(point, [{ lat: 0, lng: 0 }]));
  assert.ok(
    !isInside(point, [
      { lat: 0, lng: 0 },
      { lat: 2, lng: 2.5 },
    ]),
  );
});

test('GeoJSON order is the other way round and comes back', () => {
  assert.deepEqual(toPosition({ lat: -34.9, lng: -56.2 }), [-56.2, -34.9]);
  fc.assert(fc.property(anyPlace, (place) => assert.deepEqual(fromPosition(toPosition(place)), place)));
});
