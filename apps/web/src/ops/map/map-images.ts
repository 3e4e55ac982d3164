import type { LatenessRisk, StoreKind } from '@halfhour/contract';
import type { MapPalette } from '../../ui/map/palette.ts';

/** Drawn at twice the size for sharp edges on dense screens. */
export const IMAGE_PIXEL_RATIO = 2;

/** 24 × 24 outlines; utensils, bag, cross, bolt and boxes after Lucide (ISC licence). */
const STORE_OUTLINES: Readonly<Record<StoreKind, string>> = {
  restaurant:
    'M3 2v7c0 1.1.9 2 2 2h4a2 2 0 0 0 2-2V2 M7 2v20 M21 15V2a5 5 0 0 0-5 5v6c0 1.1.9 2 2 2h3Zm0 0v7',
  shop: 'M6 2 3 6v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2V6l-3-4Z M3 6h18 M16 10a4 4 0 0 1-8 0',
  pharmacy: 'M12 4v16 M4 12h16',
  lightning_warehouse: 'M13 2 4 14h7l-1 8 9-12h-7z',
  front_warehouse: 'M3 21V8l9-5 9 5v13 M7 21v-9h10v9 M7 16.5h10',
};

export function storeImageName(kind: StoreKind): string {
  return `store-${kind}`;
}

export function riskImageName(risk: LatenessRisk): string {
  return `order-${risk}`;
}

type Draw = (context: CanvasRenderingContext2D) => void;

function image(size: number, draw: Draw): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * IMAGE_PIXEL_RATIO;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no 2d canvas');
  context.scale(IMAGE_PIXEL_RATIO, IMAGE_PIXEL_RATIO);
  draw(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function storeImage(kind: StoreKind, palette: MapPalette): ImageData {
  return image(20, (context) => {
    context.beginPath();
    context.roundRect(1, 1, 18, 18, 5);
    context.fillStyle = palette.store;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = palette.outline;
    context.stroke();
    context.translate(4.6, 4.6);
    context.scale(0.45, 0.45);
    context.lineWidth = kind === 'pharmacy' ? 6 : 2.8;
    context.lineCap = context.lineJoin = 'round';
    context.strokeStyle = palette.storeIcon;
    context.stroke(new Path2D(STORE_OUTLINES[kind]));
  });
}

/** A diamond: neither the circle of couriers nor the square of stores; lateness shows in size and mark too. */
function riskImage(risk: LatenessRisk, palette: MapPalette): ImageData {
  const [size, colour, mark] = (
    {
      on_time: [15, palette.onTime, ''],
      at_risk: [19, palette.atRisk, ''],
      late: [23, palette.late, '!'],
    } as const
  )[risk];
  return image(size, (context) => {
    const middle = size / 2;
    context.translate(middle, middle);
    context.save();
    context.rotate(Math.PI / 4);
    const half = size * 0.31;
    context.beginPath();
    context.roundRect(-half, -half, 2 * half, 2 * half, 2);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 1.6;
    context.strokeStyle = palette.outline;
    context.stroke();
    context.restore();
    context.fillStyle = palette.outline;
    context.font = '800 12px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(mark, 0, 0.5);
  });
}

/** Every image that the layers of the market use, by name. */
export function mapImages(palette: MapPalette): [name: string, data: ImageData][] {
  const kinds = Object.keys(STORE_OUTLINES) as StoreKind[];
  const risks: readonly LatenessRisk[] = ['on_time', 'at_risk', 'late'];
  return [
    ...kinds.map((kind): [string, ImageData] => [storeImageName(kind), storeImage(kind, palette)]),
    ...risks.map((risk): [string, ImageData] => [riskImageName(risk), riskImage(risk, palette)]),
  ];
}
