import type { Offer, OptionGroup, Store } from '@halfhour/contract';
import { useState } from 'react';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { MAX_QUANTITY, addLine } from './basket.ts';
import { type Choices, choose, chosenOptions, firstChoices, isSoldOut, missingGroup } from './choices.ts';
import { LARGE, Stepper, Word } from './parts.tsx';
import { Sheet } from './sheet.tsx';
import { nameIn, useBaskets, useShop } from './shop-context.tsx';

/** An article with its options and how many, to be put into the basket of its store. */
export function OfferSheet({
  store,
  offer,
  onClose,
}: {
  store: Pick<Store, 'id' | 'name'>;
  offer: Offer;
  onClose: () => void;
}) {
  const { format } = useShop();
  const [baskets, keepBasket] = useBaskets();
  const [quantity, setQuantity] = useState(1);
  const [choices, setChoices] = useState<Choices>(() => firstChoices(offer.optionGroups));
  const name = nameIn(offer.names);
  const missing = missingGroup(choices, offer.optionGroups);
  const { options, names, priceMinor } = chosenOptions(offer, choices);
  const unitPriceMinor = offer.priceMinor + priceMinor;
  const soldOut = isSoldOut(offer);
  const most = Math.min(MAX_QUANTITY, offer.inStock ?? MAX_QUANTITY);
  const add = (): void => {
    const basket = baskets[store.id] ?? { storeName: store.name, lines: [] };
    keepBasket(
      store.id,
      addLine(basket, {
        offerId: offer.id,
        quantity,
        options,
        names: offer.names,
        optionNames: names,
        unitPriceMinor,
      }),
    );
    onClose();
  };
  return (
    <Sheet
      title={name}
      onClose={onClose}
      foot={
        soldOut ? (
          <Word tone="watch" title={text.shop.soldOut} />
        ) : (
          <div className="flex items-center gap-3">
            <Stepper value={quantity} least={1} most={most} label={name} onChange={setQuantity} />
            <Button
              look="primary"
              className={LARGE}
              disabled={missing !== undefined}
              data-testid="add-to-basket"
              onClick={add}
            >
              {missing === undefined
                ? text.shop.addFor(format.money(unitPriceMinor * quantity))
                : text.shop.chooseFirst(nameIn(missing.names))}
            </Button>
          </div>
        )
      }
    >
      <div className="space-y-5">
        {offer.description !== undefined && <p className="text-ink-2">{nameIn(offer.description)}</p>}
        <p className="font-semibold">{format.money(offer.priceMinor)}</p>
        {offer.optionGroups.map((group) => (
          <Group
            key={group.id}
            group={group}
            chosen={choices[group.id] ?? []}
            onChoose={(optionId) => setChoices((before) => choose(before, group, optionId))}
          />
        ))}
      </div>
    </Sheet>
  );
}

function Group({
  group,
  chosen,
  onChoose,
}: {
  group: OptionGroup;
  chosen: readonly string[];
  onChoose: (optionId: string) => void;
}) {
  const { format } = useShop();
  const { minChoices, maxChoices } = group;
  const isOne = minChoices === 1 && maxChoices === 1;
  const isFull = !isOne && maxChoices > 1 && chosen.length >= maxChoices;
  return (
    <fieldset>
      <legend className="mb-1 flex w-full items-baseline justify-between gap-2">
        <span className="font-semibold">{nameIn(group.names)}</span>
        <span className="text-sm text-ink-2">{text.shop.chooseRule(minChoices, maxChoices)}</span>
      </legend>
      <div className="divide-y divide-line rounded-xl border border-line">
        {group.options.map((option) => {
          const isChosen = chosen.includes(option.id);
          return (
            <label
              key={option.id}
              className="flex min-h-12 items-center gap-3 px-4 has-disabled:opacity-50 has-focus-visible:outline-2 has-focus-visible:outline-(--focus)"
            >
              <input
                type={isOne ? 'radio' : 'checkbox'}
                name={group.id}
                value={option.id}
                checked={isChosen}
                disabled={isFull && !isChosen}
                onChange={() => onChoose(option.id)}
                className="size-5 accent-accent"
              />
              <span className="flex-1">{nameIn(option.names)}</span>
              {option.priceMinor > 0 && (
                <span className="text-ink-2 tabular-nums">{`+ ${format.money(option.priceMinor)}`}</span>
              )}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
