/** What the operator looks at: named in the address bar, so that it can be shared and the back button works. */
export interface Selection {
  readonly kind: 'order' | 'courier' | 'store';
  readonly id: string;
}

const KINDS = { ord: 'order', cou: 'courier', sto: 'store' } as const;

/** The selection that an id names: ids carry what they are in their prefix. */
export function selectionOf(id: string | null): Selection | undefined {
  const kind = KINDS[(id ?? '').slice(0, 3) as keyof typeof KINDS];
  return id === null || kind === undefined ? undefined : { kind, id };
}
