import assert from 'node:assert/strict';
import { test } from 'node:test';
import { navigationLink } from './navigation-link.ts';

test('each device is sent to its own navigation', () => {
  const place = { lat: -34.9, lng: -56.1645 };
  const to = (userAgent: string): string => navigationLink(place, userAgent);
  assert.equal(to('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)'), 'maps:?daddr=-34.900000,-56.164500');
  assert.equal(to('Mozilla/5.0 (Linux; Android 16)'), 'geo:-34.900000,-56.164500?q=-34.900000,-56.164500');
  assert.match(
    to('Mozilla/5.0 (X11; Linux x86_64)'),
    /^https:\/\/www\.openstreetmap\.org\/directions\?to=-34/,
  );
});
