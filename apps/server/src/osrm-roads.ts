import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { z } from 'zod';
import type { VehicleProfile } from '@halfhour/engines/streets';
import type { LatLng } from '@halfhour/kernel';
import type { RoadMatrix, Roads, Way } from '@halfhour/platform/maps';

export interface OsrmOptions {
  /** `http://osrm:5000`; where `{vehicle}` is in it, each vehicle has a server of its own (OSRM serves one profile). */
  readonly url: string;
  readonly timeoutMs: number;
  /** 16 MiB unless given. */
  readonly maxAnswerBytes?: number;
}

/** `max-table-size` of osrm-routed, unless it is started with another. */
const MAX_TABLE_PLACES = 100;
const MAX_ANSWER_BYTES = 16 * 2 ** 20;
/** Questions of one table that are under way at once. */
const PARALLEL = 2;

/** The names of OSRM's own profiles; a motorcycle is none of them and rides as a car. */
const PROFILES: Readonly<Record<VehicleProfile, string>> = {
  car: 'driving',
  motorcycle: 'driving',
  bicycle: 'cycling',
};

const entry = z.number().nullable();
const tableAnswer = z.object({
  code: z.literal('Ok'),
  durations: z.array(z.array(entry)),
  distances: z.array(z.array(entry)),
});
const routeAnswer = z.object({
  code: z.literal('Ok'),
  routes: z
    .array(
      z.object({
        duration: z.number(),
        distance: z.number(),
        geometry: z.object({ coordinates: z.array(z.tuple([z.number(), z.number()])) }),
        legs: z.array(
          z.object({
            steps: z.array(
              z.object({
                distance: z.number(),
                name: z.string().default(''),
                maneuver: z.object({ type: z.string(), modifier: z.string().optional() }),
              }),
            ),
          }),
        ),
      }),
    )
    .min(1),
});

/**
 * Ways from an OSRM server that an operator runs: its `table` and `route` services (project-osrm.org/docs, v5 API). A
 * table is asked for in parts of 50 × 50 places; answers are bounded and checked. Rejects where the server does not
 * answer in time, answers something else, or knows no way for a route.
 */
export function createOsrmRoads({ url, timeoutMs, maxAnswerBytes = MAX_ANSWER_BYTES }: OsrmOptions): Roads {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const half = MAX_TABLE_PLACES / 2;

  const ask = async (vehicle: VehicleProfile, path: string): Promise<unknown> => {
    const base = url.replaceAll('{vehicle}', vehicle).replace(/\/+$/, '');
    return JSON.parse(await get(`${base}/${path}`, agent, timeoutMs, maxAnswerBytes));
  };

  const tablePart = async (
    vehicle: VehicleProfile,
    from: readonly LatLng[],
    to: readonly LatLng[],
  ): Promise<z.output<typeof tableAnswer>> => {
    const sources = from.map((_, index) => index).join(';');
    const destinations = to.map((_, index) => from.length + index).join(';');
    const answer = tableAnswer.parse(
      await ask(
        vehicle,
        `table/v1/${PROFILES[vehicle]}/${coordinates([...from, ...to])}?sources=${sources}&destinations=${destinations}&annotations=duration,distance`,
      ),
    );
    for (const rows of [answer.durations, answer.distances]) {
      if (rows.length !== from.length || rows.some((row) => row.length !== to.length)) {
        throw new Error(`OSRM answered a table that is not ${from.length} × ${to.length}`);
      }
    }
    return answer;
  };

  return {
    async route(vehicle, from, to): Promise<Way> {
      const { routes } = routeAnswer.parse(
        await ask(
          vehicle,
          `route/v1/${PROFILES[vehicle]}/${coordinates([from, to])}?steps=true&geometries=geojson&overview=full`,
        ),
      );
      const { duration, distance, geometry, legs } = routes[0]!;
      return {
        seconds: Math.round(duration),
        metres: Math.round(distance),
        points: geometry.coordinates.map(([lng, lat]) => ({ lat, lng })),
        steps: legs
          .flatMap(({ steps }) => steps)
          .filter(({ maneuver }) => maneuver.type !== 'arrive')
          .map(({ distance: metres, name, maneuver }) => ({
            turn: maneuver.type === 'depart' ? ('depart' as const) : turnOf(maneuver.modifier),
            street: name,
            metres: Math.round(metres),
          })),
      };
    },

    async matrix(vehicle, from, to): Promise<RoadMatrix> {
      const size = from.length * to.length;
      const matrix = { seconds: new Float64Array(size), metres: new Float64Array(size) };
      const parts: { row: number; column: number }[] = [];
      for (let row = 0; row < from.length; row += half) {
        for (let column = 0; column < to.length; column += half) parts.push({ row, column });
      }
      const work = async (): Promise<void> => {
        for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
          const { row, column } = part;
          const { durations, distances } = await tablePart(
            vehicle,
            from.slice(row, row + half),
            to.slice(column, column + half),
          );
          durations.forEach((line, i) => {
            line.forEach((seconds, j) => {
              const at = (row + i) * to.length + column + j;
              matrix.seconds[at] = seconds ?? Number.NaN;
              matrix.metres[at] = distances[i]![j] ?? Number.NaN;
            });
          });
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, work));
      return matrix;
    },
  };
}

/** Six digits are 11 cm. */
function coordinates(places: readonly LatLng[]): string {
  return places.map(({ lat, lng }) => `${lng.toFixed(6)},${lat.toFixed(6)}`).join(';');
}

/** OSRM tells slight and sharp turns apart; the rider is told which side. */
function turnOf(modifier = 'straight'): 'straight' | 'right' | 'left' | 'u_turn' {
  if (modifier === 'uturn') return 'u_turn';
  if (modifier.endsWith('right') && modifier !== 'slight right') return 'right';
  if (modifier.endsWith('left') && modifier !== 'slight left') return 'left';
  return 'straight';
}

/** The body of a 200, bounded in time and size. */
function get(url: string, agent: Agent, timeoutMs: number, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const take = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) {
          response.destroy(new Error(`OSRM answered more than ${maxBytes} bytes`));
        } else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`OSRM answered ${response.statusCode}: ${body.slice(0, 200)}`));
      });
    };
    const asked = url.startsWith('https:')
      ? requestHttps(url, { signal }, take)
      : requestHttp(url, { agent, signal }, take);
    asked.on('error', (error) =>
      reject(signal.aborted ? new Error(`OSRM did not answer within ${timeoutMs} ms`) : error),
    );
    asked.end();
  });
}
