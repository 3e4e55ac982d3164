import { NumberInput } from '@mantine/core';
import { useFormat } from '../../../ui/market-format.tsx';

interface FieldProps {
  readonly label: string;
  readonly description?: string;
  /** In the unit of the contract. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly optional?: boolean;
}

/** A number that people read in another unit than the contract has it in: `perUnit` of the contract's are one of theirs. */
function ScaledField(props: FieldProps & { perUnit: number; digits: number; suffix: string; max?: number }) {
  const { label, description, value, onChange, optional = false, perUnit, digits, suffix, max } = props;
  return (
    <NumberInput
      w={150}
      label={label}
      {...(description !== undefined && { description })}
      value={value === undefined ? '' : value / perUnit}
      onChange={(typed) => {
        if (typeof typed === 'number') onChange(Math.round(typed * perUnit));
        else onChange(optional ? undefined : 0);
      }}
      min={0}
      {...(max !== undefined && { max })}
      decimalScale={digits}
      allowNegative={false}
      suffix={` ${suffix}`}
      hideControls
      placeholder={optional ? '–' : ''}
      styles={{ input: { textAlign: 'right', fontVariantNumeric: 'tabular-nums' } }}
    />
  );
}

/** Basis points, as per cent. */
export function PercentField(props: FieldProps) {
  return <ScaledField {...props} perUnit={100} digits={2} suffix="%" max={100} />;
}

/** Minor units, as the market's currency. */
export function MoneyField(props: FieldProps) {
  const { currency, currencyDigits } = useFormat();
  return <ScaledField {...props} perUnit={10 ** currencyDigits} digits={currencyDigits} suffix={currency} />;
}

/** Metres, as kilometres. */
export function KilometresField(props: FieldProps) {
  return <ScaledField {...props} perUnit={1_000} digits={3} suffix="km" />;
}

/** Grams, as kilograms. */
export function KilogramsField(props: FieldProps) {
  return <ScaledField {...props} perUnit={1_000} digits={3} suffix="kg" />;
}
