import type { Access } from '../../model/scope.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Problem } from '../problems/problem.ts';
import type { StoredSecrets } from './secrets.ts';

/** What a draft is read by besides its body. */
export interface DraftContext {
  readonly access: Access;
  readonly dialects: readonly Dialect[];
  readonly timeoutMs: number;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly stored: StoredSecrets['target'];
}

/** A part of a draft, or what is wrong with it. */
export type Read<T> = { readonly value: T } | { readonly problem: Problem };

export function wrong(field: string, detail: string, remedy?: string): { readonly problem: Problem } {
  return { problem: { code: 'invalid_subscription', field, detail, ...(remedy === undefined ? {} : { remedy }) } };
}
