/** Values of fields that may be there once. */
import type { Fields } from '../../facade.ts';

/** `twice`: it came more than once, and nobody knows which was meant. */
export type Single = { readonly value: unknown } | 'absent' | 'twice';

export function single(fields: Fields, name: string): Single {
  const [value, ...more] = fields.get(name) ?? [];
  if (more.length > 0) return 'twice';
  return value === undefined || value === null ? 'absent' : { value };
}

/** A text or a whole number as text; null: neither. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
