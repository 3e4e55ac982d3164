import type { LayerSpecification } from 'maplibre-gl';
import { FONT } from '../../ui/map/base-style.ts';
import type { MapPalette } from '../../ui/map/palette.ts';

/** Sources that the market's layers draw from; each starts empty. */
export const MARKET_SOURCES = ['way', 'stores', 'orders', 'couriers', 'chosen'] as const;
export type MarketSource = (typeof MARKET_SOURCES)[number];

/** Layers that can be clicked, the most wanted first. */
export const CLICKABLE = ['orders', 'couriers', 'stores'] as const;

export function marketLayers(palette: MapPalette): LayerSpecification[] {
  return [
    {
      id: 'way-to-come',
      type: 'line',
      source: 'way',
      filter: ['==', ['get', 'taken'], false],
      paint: { 'line-color': palette.way, 'line-width': 2, 'line-dasharray': [2, 2], 'line-opacity': 0.8 },
    },
    {
      id: 'way-now',
      type: 'line',
      source: 'way',
      filter: ['==', ['get', 'taken'], true],
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': palette.way, 'line-width': 3 },
    },
    {
      id: 'stores',
      type: 'symbol',
      source: 'stores',
      layout: {
        'icon-image': ['concat', 'store-', ['get', 'kind']],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 10.5, 0.35, 12.5, 0.62, 14, 0.85, 17, 1.2],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'text-field': ['step', ['zoom'], '', 15, ['get', 'name']],
        'text-font': FONT,
        'text-size': 11,
        'text-anchor': 'top',
        'text-offset': [0, 1],
        'text-max-width': 9,
        'text-optional': true,
      },
      paint: {
        'icon-opacity': ['case', ['get', 'open'], 0.95, 0.35],
        'text-opacity': ['case', ['get', 'open'], 1, 0.5],
        'text-color': palette.label,
        'text-halo-color': palette.labelHalo,
        'text-halo-width': 1.4,
      },
    },
    {
      id: 'orders',
      type: 'symbol',
      source: 'orders',
      layout: {
        'icon-image': ['concat', 'order-', ['get', 'risk']],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 10.5, 0.55, 12.5, 0.85, 14, 1.05, 17, 1.35],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        // The late ones on top.
        'symbol-sort-key': ['match', ['get', 'risk'], 'late', 2, 'at_risk', 1, 0],
      },
    },
    {
      id: 'couriers',
      type: 'circle',
      source: 'couriers',
      paint: {
        'circle-radius': [
          'interpolate',
          ['linear'],
          ['zoom'],
          10.5,
          ['case', ['get', 'busy'], 3, 2.4],
          12.5,
          ['case', ['get', 'busy'], 5, 4],
          14,
          ['case', ['get', 'busy'], 7, 5.2],
          17,
          ['case', ['get', 'busy'], 10, 8],
        ],
        'circle-color': ['case', ['get', 'busy'], palette.courier, palette.outline],
        'circle-stroke-color': ['case', ['get', 'busy'], palette.outline, palette.courier],
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 10.5, 1, 14, 2],
      },
    },
    {
      id: 'courier-load',
      type: 'symbol',
      source: 'couriers',
      minzoom: 13,
      filter: ['>', ['get', 'load'], 0],
      layout: {
        'text-field': ['to-string', ['get', 'load']],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 9, 17, 13],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': palette.courierText },
    },
    {
      id: 'chosen',
      type: 'circle',
      source: 'chosen',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 9, 14, 14, 17, 19],
        'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': palette.ring,
        'circle-stroke-width': 2.5,
      },
    },
  ];
}
