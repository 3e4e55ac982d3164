import type { Place } from '@halfhour/contract';
import { useEffect, useRef } from 'react';
import { text } from '../text/index.ts';
import { useShop } from './shop-context.tsx';
import { ShopMap, type ShopMapHandle } from './shop-map.tsx';

/** A map on which a tap says where. By keyboard: arrows move the map, Enter takes its middle. */
export function PlacePicker({ point, onPick }: { point: Place | undefined; onPick: (point: Place) => void }) {
  const { market } = useShop();
  const handle = useRef<ShopMapHandle>(undefined);
  useEffect(() => {
    handle.current?.mark('door', point);
  }, [point]);
  return (
    <ShopMap
      label={text.shop.mapToChoose}
      centre={point ?? market.centre}
      zoom={point === undefined ? 12.5 : 16}
      onReady={(ready) => {
        handle.current = ready;
        ready.mark('door', point);
      }}
      onTap={onPick}
    />
  );
}
