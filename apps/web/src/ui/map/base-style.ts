import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { MapPalette } from './palette.ts';

/** Local letters: without a `glyphs` URL MapLibre draws them from the reader's own fonts. */
export const FONT = ['system-ui', 'sans-serif'];

const isLine: ExpressionSpecification = ['==', ['geometry-type'], 'LineString'];

function kinds(...of: string[]): ExpressionSpecification {
  return ['all', isLine, ['in', ['get', 'kind'], ['literal', of]]];
}

/** A street class: which kinds, from which zoom, and its width in pixels at zooms 10, 13, 16 and 19. */
interface StreetClass {
  readonly id: string;
  readonly filter: ExpressionSpecification;
  readonly minzoom: number;
  readonly widths: readonly [number, number, number, number];
  readonly main: boolean;
}

/** From least to most important; the later are drawn over the earlier. */
const CLASSES: readonly StreetClass[] = [
  { id: 'path', filter: kinds('service', 'pedestrian'), minzoom: 14, widths: [0, 0.6, 2.5, 9], main: false },
  {
    id: 'minor',
    filter: kinds('unclassified', 'residential', 'living_street'),
    minzoom: 11,
    widths: [0.2, 1, 6, 22],
    main: false,
  },
  { id: 'tertiary', filter: kinds('tertiary'), minzoom: 10, widths: [0.5, 1.9, 8, 26], main: false },
  { id: 'secondary', filter: kinds('secondary'), minzoom: 9, widths: [0.8, 2.6, 10, 30], main: true },
  { id: 'primary', filter: kinds('primary'), minzoom: 8, widths: [1.2, 3.2, 12, 34], main: true },
  { id: 'trunk', filter: kinds('trunk', 'motorway'), minzoom: 5, widths: [1.5, 3.8, 13, 36], main: true },
];

function width(widths: StreetClass['widths'], extra: number): ExpressionSpecification {
  const [at10, at13, at16, at19] = widths;
  return [
    'interpolate',
    ['exponential', 1.6],
    ['zoom'],
    10,
    at10 === 0 ? 0 : at10 + extra * 0.4,
    13,
    at13 + extra * 0.7,
    16,
    at16 + extra,
    19,
    at19 + extra * 1.4,
  ];
}

/** The kind of an area: `area` where a map names it so, `kind` else. */
const areaKind: ExpressionSpecification = ['coalesce', ['get', 'area'], ['get', 'kind'], ''];

/**
 * The base map from the market's own streets, without tiles, glyphs or sprites from anywhere.
 *
 * @param streetsUrl absolute, since a worker fetches it
 */
export function baseStyle(palette: MapPalette, streetsUrl: string): StyleSpecification {
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
    {
      id: 'areas',
      type: 'fill',
      source: 'streets',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: {
        'fill-color': [
          'match',
          areaKind,
          'water',
          palette.water,
          'park',
          palette.park,
          'beach',
          palette.beach,
          palette.ground,
        ],
      },
    },
  ];
  const line = { 'line-cap': 'round', 'line-join': 'round' } as const;
  for (const { id, filter, minzoom, widths, main } of CLASSES) {
    if (id === 'path') continue;
    layers.push({
      id: `street-casing-${id}`,
      type: 'line',
      source: 'streets',
      filter,
      minzoom: Math.max(minzoom, 12),
      layout: line,
      paint: {
        'line-color': main ? palette.mainCasing : palette.streetCasing,
        'line-width': width(widths, 1.6),
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0, 13.5, 1],
      },
    });
  }
  for (const { id, filter, minzoom, widths, main } of CLASSES) {
    layers.push({
      id: `street-${id}`,
      type: 'line',
      source: 'streets',
      filter,
      minzoom,
      layout: line,
      paint: {
        'line-color': id === 'path' ? palette.path : main ? palette.mainStreet : palette.street,
        'line-width': width(widths, 0),
      },
    });
  }
  for (const [id, filter, minzoom] of [
    ['main', kinds('trunk', 'motorway', 'primary', 'secondary'), 12.5],
    ['tertiary', kinds('tertiary'), 14],
    ['minor', kinds('unclassified', 'residential', 'living_street', 'pedestrian'), 15],
  ] as const) {
    layers.push({
      id: `street-name-${id}`,
      type: 'symbol',
      source: 'streets',
      filter: ['all', filter, ['has', 'name']],
      minzoom,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 12.5, 10.5, 17, 13],
        'text-max-angle': 30,
        'text-padding': 6,
      },
      paint: {
        'text-color': palette.label,
        'text-halo-color': palette.labelHalo,
        'text-halo-width': 1.4,
      },
    });
  }
  return {
    version: 8,
    sources: {
      // Cut no deeper than zoom 14: deeper zooms reuse those tiles, which saves most of the cutting.
      streets: { type: 'geojson', data: streetsUrl, maxzoom: 14, buffer: 32 },
    },
    layers,
    transition: { duration: 0, delay: 0 },
  };
}
