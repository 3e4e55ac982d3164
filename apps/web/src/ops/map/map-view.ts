import type { Courier } from '@halfhour/contract';
import { type LatLng, toPosition } from '@halfhour/kernel';
import type { FeatureCollection } from 'geojson';
import { type GeoJSONSource, LngLatBounds, Map as MapLibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { type LiveState, marketNowMs } from '../live-state.ts';
import type { Selection } from '../selection.ts';
import { browserTicker } from '../../ui/browser-ticker.ts';
import { baseStyle } from '../../ui/map/base-style.ts';
import { follow, isMoving, positionAt, type Track } from './courier-motion.ts';
import { IMAGE_PIXEL_RATIO, mapImages } from './map-images.ts';
import { courierFeatures, orderFeatures, orderWay, storeFeatures } from './market-features.ts';
import { CLICKABLE, MARKET_SOURCES, marketLayers, type MarketSource } from './market-layers.ts';
import { PALETTES, type Theme } from '../../ui/map/palette.ts';

// MapLibre 6 looks for its worker beside its own module, where a bundler does not put it.
setWorkerUrl(workerUrl);

/** Couriers are redrawn at most this often; each redraw crosses to the worker and back. */
const REDRAW_MS = 80;
/** Risk grows with time alone; how often the colours of orders look at the clock. */
const RISK_REDRAW_MS = 2_000;
/** Fingers and small marks need a wide reach. */
const REACH_PIXELS = 10;
/** From here on streets can be told apart. */
const CLOSE_ZOOM = 13;
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

export interface Camera {
  readonly centre: LatLng;
  readonly zoom: number;
}

export interface MapViewOptions {
  readonly container: HTMLElement;
  readonly theme: Theme;
  readonly streetsUrl: string;
  readonly bounds: LiveState['market']['bounds'];
  /** Where to look at first; the whole market where absent. */
  readonly camera: Camera | undefined;
  /** Moves couriers in steps instead of gliding. */
  readonly reduceMotion: boolean;
  readonly onChoose: (selection: Selection | undefined) => void;
  readonly onHover: (hovered: Hovered | undefined) => void;
  /** Everything that was asked for has been drawn for the first time. */
  readonly onIdle: () => void;
  readonly onStreetsFailed: (message: string) => void;
}

export interface Hovered {
  readonly selection: Selection;
  readonly x: number;
  readonly y: number;
}

/** The MapLibre map of a market. Knows nothing of React; throws where the browser has no WebGL. */
export class MapView {
  private readonly options: MapViewOptions;
  private readonly map: MapLibreMap;
  private readonly tracks = new Map<string, Track>();
  private state: LiveState | undefined;
  private chosen: Selection | undefined;
  private ready = false;
  private idle = false;
  private frame = 0;
  private drawnAtMs = 0;
  private risksDrawnAtMs = 0;
  private dirty = true;

  constructor(options: MapViewOptions) {
    this.options = options;
    const palette = PALETTES[options.theme];
    const { west, south, east, north } = options.bounds;
    const marginLng = (east - west) * 0.5;
    const marginLat = (north - south) * 0.5;
    this.map = new MapLibreMap({
      container: options.container,
      style: baseStyle(palette, options.streetsUrl),
      ...(options.camera === undefined
        ? { bounds: [west, south, east, north], fitBoundsOptions: { padding: 24 } }
        : { center: toPosition(options.camera.centre), zoom: options.camera.zoom }),
      maxBounds: [west - marginLng, south - marginLat, east + marginLng, north + marginLat],
      minZoom: 9,
      maxZoom: 19,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      // The page shows the market's attribution itself, always and in full.
      attributionControl: false,
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    // Not `load`, which waits for the streets: orders and couriers show without them.
    this.map.on('style.load', () => this.addMarket());
    this.map.on('idle', () => {
      if (!this.ready || this.idle) return;
      this.idle = true;
      this.options.onIdle();
    });
    this.map.on('error', ({ error, ...event }) => {
      if ('sourceId' in event && event.sourceId === 'streets') this.options.onStreetsFailed(error.message);
      else console.error(error);
    });
    this.map.on('click', ({ point }) => this.options.onChoose(this.at(point)));
    this.map.on('mousemove', ({ point }) => {
      const selection = this.at(point);
      this.map.getCanvas().style.cursor = selection === undefined ? '' : 'pointer';
      this.options.onHover(selection && { selection, x: point.x, y: point.y });
    });
    this.map.on('mouseout', () => this.options.onHover(undefined));
    this.map.on('movestart', () => this.options.onHover(undefined));
  }

  /** Whether base map and market have been drawn once. Couriers move from then on. */
  get isIdle(): boolean {
    return this.idle;
  }

  get camera(): Camera {
    const { lat, lng } = this.map.getCenter();
    return { centre: { lat, lng }, zoom: this.map.getZoom() };
  }

  /** Shows the market as it is now; cheap where nothing changed. */
  show(state: LiveState): void {
    const before = this.state;
    this.state = state;
    const nowMs = browserTicker.elapsedMs();
    if (before?.couriers !== state.couriers) {
      for (const courier of state.couriers.values()) {
        if (before?.couriers.get(courier.id) === courier || courier.position === undefined) continue;
        this.tracks.set(courier.id, follow(this.tracks.get(courier.id), courier.position, nowMs));
      }
      this.dirty = true;
    }
    if (!this.ready) return;
    if (before?.stores !== state.stores) this.draw('stores', storeFeatures(state.stores.values()));
    if (before?.orders !== state.orders) this.drawOrders(nowMs);
  }

  /** Rings what is chosen and brings it into view where it is not. */
  choose(selection: Selection | undefined): void {
    this.chosen = selection;
    this.dirty = true;
    const places = this.placesOf(selection);
    if (places.length === 0) return;
    const { clientWidth, clientHeight } = this.map.getContainer();
    const margin = Math.min(70, clientWidth / 5, clientHeight / 5);
    const inView = places.every((place) => {
      const { x, y } = this.map.project(toPosition(place));
      return x > margin && y > margin && x < clientWidth - margin && y < clientHeight - margin;
    });
    if (inView && this.map.getZoom() >= CLOSE_ZOOM) return;
    const bounds = new LngLatBounds();
    for (const place of places) bounds.extend(toPosition(place));
    this.map.fitBounds(bounds, {
      padding: margin,
      maxZoom: Math.max(CLOSE_ZOOM + 1, this.map.getZoom()),
      duration: this.options.reduceMotion ? 0 : 500,
    });
  }

  zoomBy(levels: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + levels, duration: 200 });
  }

  showAll(): void {
    const { west, south, east, north } = this.options.bounds;
    this.map.fitBounds([west, south, east, north], { padding: 24, duration: 400 });
  }

  reloadStreets(): void {
    void this.map.getSource<GeoJSONSource>('streets')?.setData(this.options.streetsUrl);
  }

  /** Where each courier on shift is shown at this moment. */
  couriersShown(): { id: string; lat: number; lng: number; status: string; load: number }[] {
    const nowMs = browserTicker.elapsedMs();
    return [...(this.state?.couriers.values() ?? [])].flatMap((courier) => {
      const at = courier.status === 'off_shift' ? undefined : this.shownAt(courier, nowMs);
      return at === undefined ? [] : [{ id: courier.id, ...at, status: courier.status, load: courier.load }];
    });
  }

  /** Where a thing is on the canvas, in CSS pixels. */
  pixelOf(selection: Selection): { x: number; y: number } | undefined {
    const at = this.placeOf(selection);
    if (at === undefined) return undefined;
    const { x, y } = this.map.project(toPosition(at));
    return { x, y };
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.map.remove();
  }

  private addMarket(): void {
    const palette = PALETTES[this.options.theme];
    for (const [name, data] of mapImages(palette)) {
      this.map.addImage(name, data, { pixelRatio: IMAGE_PIXEL_RATIO });
    }
    for (const id of MARKET_SOURCES) this.map.addSource(id, { type: 'geojson', data: EMPTY });
    for (const layer of marketLayers(palette)) this.map.addLayer(layer);
    this.ready = true;
    const nowMs = browserTicker.elapsedMs();
    if (this.state !== undefined) {
      this.draw('stores', storeFeatures(this.state.stores.values()));
      this.drawOrders(nowMs);
      this.drawMoving(nowMs);
    }
    this.frame = requestAnimationFrame((ms) => this.tick(ms));
  }

  /** Redraws what moves; before the first idle nothing moves, so that the first idle comes. */
  private tick(nowMs: number): void {
    this.frame = requestAnimationFrame((ms) => this.tick(ms));
    if (!this.idle || this.state === undefined) return;
    if (nowMs - this.risksDrawnAtMs > RISK_REDRAW_MS) this.drawOrders(nowMs);
    const stepMs = this.options.reduceMotion ? 1_000 : REDRAW_MS;
    if (nowMs - this.drawnAtMs < stepMs) return;
    if (!this.dirty && ![...this.tracks.values()].some((track) => isMoving(track, this.drawnAtMs))) return;
    // The worker is still busy with the positions before: newer ones would only queue up.
    if (this.map.getSource<GeoJSONSource>('couriers')?.loaded() === false) return;
    this.drawMoving(nowMs);
  }

  private drawMoving(nowMs: number): void {
    const state = this.state;
    if (state === undefined) return;
    this.dirty = false;
    this.drawnAtMs = nowMs;
    this.draw(
      'couriers',
      courierFeatures(state.couriers.values(), (courier) => this.shownAt(courier, nowMs)),
    );
    const at = this.placeOf(this.chosen);
    this.draw(
      'chosen',
      at === undefined
        ? EMPTY
        : { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: toPosition(at) } },
    );
    const order = this.chosen?.kind === 'order' ? state.orders.get(this.chosen.id) : undefined;
    const courier = order?.courierId === undefined ? undefined : state.couriers.get(order.courierId);
    this.draw(
      'way',
      order === undefined
        ? EMPTY
        : orderWay(order, state.stores.get(order.storeId)?.address, courier && this.shownAt(courier, nowMs)),
    );
  }

  private drawOrders(nowMs: number): void {
    if (this.state === undefined) return;
    this.risksDrawnAtMs = nowMs;
    this.dirty = true;
    this.draw('orders', orderFeatures(this.state.orders.values(), marketNowMs(this.state, nowMs)));
  }

  private draw(source: MarketSource, data: GeoJSON.GeoJSON): void {
    void this.map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  private shownAt(courier: Courier, nowMs: number): LatLng | undefined {
    const track = this.tracks.get(courier.id);
    return track === undefined ? courier.position : positionAt(track, nowMs);
  }

  private placeOf(selection: Selection | undefined): LatLng | undefined {
    if (selection === undefined || this.state === undefined) return undefined;
    if (selection.kind === 'order') return this.state.orders.get(selection.id)?.address;
    if (selection.kind === 'store') return this.state.stores.get(selection.id)?.address;
    const courier = this.state.couriers.get(selection.id);
    return courier && this.shownAt(courier, browserTicker.elapsedMs());
  }

  /** What should be in view together: for an order also where it comes from and who brings it. */
  private placesOf(selection: Selection | undefined): LatLng[] {
    const order = selection?.kind === 'order' ? this.state?.orders.get(selection.id) : undefined;
    const ids: (Selection | undefined)[] = [selection];
    if (order?.courierId !== undefined) ids.push({ kind: 'courier', id: order.courierId });
    if (order !== undefined && order.state !== 'picked_up') ids.push({ kind: 'store', id: order.storeId });
    return ids.flatMap((id) => this.placeOf(id) ?? []);
  }

  private at({ x, y }: { x: number; y: number }): Selection | undefined {
    if (!this.ready) return undefined;
    const found = this.map.queryRenderedFeatures(
      [
        [x - REACH_PIXELS, y - REACH_PIXELS],
        [x + REACH_PIXELS, y + REACH_PIXELS],
      ],
      { layers: [...CLICKABLE] },
    );
    let nearest: Selection | undefined;
    let nearestPixels = Infinity;
    for (const feature of found) {
      if (feature.geometry.type !== 'Point') continue;
      const [lng, lat] = feature.geometry.coordinates as [number, number];
      const there = this.map.project([lng, lat]);
      // A store lies under its orders and couriers: they win unless it is clearly the nearer one.
      const pixels =
        Math.hypot(there.x - x, there.y - y) + CLICKABLE.indexOf(feature.layer.id as 'orders') * 3;
      if (pixels >= nearestPixels) continue;
      nearestPixels = pixels;
      nearest = {
        kind: feature.layer.id.slice(0, -1) as Selection['kind'],
        id: String(feature.properties['id']),
      };
    }
    return nearest;
  }
}
