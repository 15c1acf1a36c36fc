/** Extensions and numbers as the vendors write them. */
import type { Party } from '../../model/call.ts';
import { extendedNumber } from '../../model/tenants.ts';
import type { Directory } from '../dialect.ts';
import type { numberForms } from './catalog.ts';

/** An extension, with what is recorded of it. */
export interface ExtensionRef {
  readonly number: string;
  readonly prefix: string | null;
  /** Null: it has no record. */
  readonly id: number | null;
  readonly domain: string;
}

export function refTo(directory: Directory, domain: string, number: string): ExtensionRef {
  const known = directory.extension(domain, number);
  return { number, domain, prefix: known?.prefix ?? null, id: known?.id ?? null };
}

export type ExtensionForm = 'joined' | 'star' | 'short';

export function written(ref: ExtensionRef, form: ExtensionForm): string {
  if (form === 'star') return extendedNumber(ref);
  return form === 'joined' ? `${ref.prefix ?? ''}${ref.number}` : ref.number;
}

export type NumberForm = (typeof numberForms)[number];

/** An outside number; null where it is withheld. */
export function numberOf({ number, raw }: Pick<Party, 'number' | 'raw'>, form: NumberForm): string | null {
  if (form === 'raw') return raw ?? number;
  return number !== null && form === 'digits' ? number.replace(/^\+/, '') : number;
}
