/** Why a change to tokens, domains, extensions or users was refused, in terms of what the caller sent. */
export interface TenantProblem {
  /**
   * - `outside`: beyond what the caller may speak of; told alike whether the thing exists or not.
   * - `invalid`: a field is not right. `taken`: the name is another's. `in_use`: things still hang on it.
   * - `full`: there are as many as there may be. `events_full`: an extension would have more vendor events than it may have.
   */
  readonly kind: 'outside' | 'invalid' | 'taken' | 'in_use' | 'full' | 'events_full';
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
  /** Further members of the answer. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export type Refused = { readonly problem: TenantProblem };

export function refused(
  kind: TenantProblem['kind'],
  field: string,
  message: string,
  remedy: string,
  more?: TenantProblem['more'],
): Refused {
  return { problem: { kind, field, message, remedy, ...(more && { more }) } };
}

/** The same words whatever exists there, so that nobody learns what others have. */
export const outside = (field: string): Refused =>
  refused('outside', field, `${field} is outside what this token covers`, 'Name what the token covers.');
