/** `part × of / whole` of whole numbers that are not negative, settled half up; exact also beyond the safe range. */
export function divideHalfUp(part: number, of: number, whole: number): number {
  const product = part * of;
  if (product <= Number.MAX_SAFE_INTEGER / 4) {
    const rest = product % whole;
    return (product - rest) / whole + (2 * rest >= whole ? 1 : 0);
  }
  const [n, d] = [BigInt(part) * BigInt(of), BigInt(whole)];
  return Number((2n * n + d) / (2n * d));
}
