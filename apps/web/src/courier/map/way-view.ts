import type { Market, Place } from '@halfhour/contract';
import { toPosition } from '@halfhour/kernel';
import type { Feature, FeatureCollection } from 'geojson';
import { type GeoJSONSource, LngLatBounds, Map as MapLibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { baseStyle, FONT } from '../../ui/map/base-style.ts';
import { PALETTES, type Theme } from '../../ui/map/palette.ts';

setWorkerUrl(workerUrl);

export interface WayLineShown {
  readonly points: readonly Place[];
  /** To the next stop; the others are fainter. */
  readonly isNext: boolean;
}

export interface WayMark extends Place {
  readonly kind: 'pickup' | 'dropoff' | 'self';
  readonly label?: string;
  readonly isNext?: boolean;
}

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
/** Closer than this the eye finds no street name. */
const MAX_ZOOM = 16;

/** The MapLibre map of a courier's way. Knows nothing of React; throws where the browser has no WebGL. */
export class WayView {
  private readonly map: MapLibreMap;
  private readonly theme: Theme;
  private lines: readonly WayLineShown[] = [];
  private marks: readonly WayMark[] = [];
  private isReady = false;
  private fitted = '';

  constructor(options: {
    readonly container: HTMLElement;
    readonly theme: Theme;
    readonly streetsUrl: string;
    readonly bounds: Market['bounds'];
    readonly onPick: (place: Place) => void;
    readonly onIdle: () => void;
  }) {
    const { west, south, east, north } = options.bounds;
    this.theme = options.theme;
    this.map = new MapLibreMap({
      container: options.container,
      style: baseStyle(PALETTES[options.theme], options.streetsUrl),
      bounds: [west, south, east, north],
      minZoom: 9,
      maxZoom: 19,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      // The page shows the market's attribution itself.
      attributionControl: false,
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.on('style.load', () => this.addLayers());
    this.map.on('idle', options.onIdle);
    this.map.on('click', ({ lngLat }) => options.onPick({ lat: lngLat.lat, lng: lngLat.lng }));
    // Streets that could not be fetched leave way and marks on an empty ground, which is better than no map.
    this.map.on('error', ({ error }) => console.warn(error.message));
  }

  show(lines: readonly WayLineShown[], marks: readonly WayMark[]): void {
    this.lines = lines;
    this.marks = marks;
    if (this.isReady) this.draw();
  }

  destroy(): void {
    this.map.remove();
  }

  private addLayers(): void {
    const palette = PALETTES[this.theme];
    for (const id of ['way', 'marks']) this.map.addSource(id, { type: 'geojson', data: EMPTY });
    this.map.addLayer({
      id: 'way',
      type: 'line',
      source: 'way',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': palette.way,
        'line-width': ['case', ['get', 'isNext'], 6, 4],
        'line-opacity': ['case', ['get', 'isNext'], 0.9, 0.35],
      },
    });
    this.map.addLayer({
      id: 'marks',
      type: 'circle',
      source: 'marks',
      paint: {
        'circle-radius': ['case', ['==', ['get', 'kind'], 'self'], 8, ['get', 'isNext'], 14, 11],
        'circle-color': [
          'match',
          ['get', 'kind'],
          'self',
          palette.courier,
          'pickup',
          palette.store,
          palette.onTime,
        ],
        'circle-stroke-color': palette.outline,
        'circle-stroke-width': 3,
      },
    });
    this.map.addLayer({
      id: 'labels',
      type: 'symbol',
      source: 'marks',
      filter: ['has', 'label'],
      layout: {
        'text-field': ['get', 'label'],
        'text-font': FONT,
        'text-size': 14,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': palette.storeIcon },
    });
    this.isReady = true;
    this.draw();
  }

  private draw(): void {
    const lines = this.lines.map(({ points, isNext }): Feature => ({
      type: 'Feature',
      properties: { isNext },
      geometry: { type: 'LineString', coordinates: points.map(toPosition) },
    }));
    const marks = this.marks.map(({ kind, label, isNext = false, ...place }): Feature => ({
      type: 'Feature',
      properties: { kind, isNext, ...(label === undefined ? {} : { label }) },
      geometry: { type: 'Point', coordinates: toPosition(place) },
    }));
    void this.map.getSource<GeoJSONSource>('way')?.setData({ type: 'FeatureCollection', features: lines });
    void this.map.getSource<GeoJSONSource>('marks')?.setData({ type: 'FeatureCollection', features: marks });
    this.fit();
  }

  /** Brings what counts into view when that is another: not at each position, which would take the map from a finger. */
  private fit(): void {
    const places = [
      ...this.marks.filter(({ kind, isNext }) => kind === 'self' || isNext === true),
      ...this.lines.filter(({ isNext }) => isNext).flatMap(({ points }) => points),
    ];
    const next = this.marks.find(({ isNext }) => isNext === true);
    const what = `${this.lines.length > 0} ${next?.lat} ${next?.lng} ${places.length > 0}`;
    if (places.length === 0 || what === this.fitted) return;
    this.fitted = what;
    const bounds = new LngLatBounds();
    for (const place of places) bounds.extend(toPosition(place));
    this.map.fitBounds(bounds, { padding: 48, maxZoom: MAX_ZOOM, duration: 0 });
  }
}
