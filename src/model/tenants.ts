/**
 * Who there is: domains, their extensions and their users, as records. Events need none of them: what comes from a
 * domain or an extension without a record is taken all the same.
 */
export interface Domain {
  /** Grows with each; for paging. */
  readonly id: number;
  /** Unique in the whole installation, and for good. */
  readonly name: string;
  readonly reseller: string;
  readonly displayName: string;
  /** ISO 3166 code of the country national numbers are read in; null: the installation's. */
  readonly country: string | null;
  /** IANA name, such as `Europe/Vienna`. */
  readonly timezone: string | null;
  /** Networks its receivers may stand in besides public ones. */
  readonly allowNetworks: readonly string[];
  /** Vendor events that an extension of it may have, unless its own record says so; null: the usual number. */
  readonly eventLimit: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `term`: a line that is no person's phone, such as a fax, a door or a paging speaker. */
export const extensionTypes = ['phone', 'queue', 'ivr', 'conference', 'term'] as const;
export type ExtensionType = (typeof extensionTypes)[number];

export interface Extension {
  /** Never given out again, not even after it was deleted. */
  readonly id: number;
  readonly domain: string;
  /** Unique in its domain, and for good. */
  readonly number: string;
  readonly type: ExtensionType;
  /** Digits before the star where a vendor writes `0003*210`; null: none. */
  readonly prefix: string | null;
  readonly displayName: string;
  /** Names of the users that own it. */
  readonly users: readonly string[];
  /** Public numbers that lead to it, in E.164. */
  readonly dids: readonly string[];
  /** Vendor events it may have; null: as many as its domain says. */
  readonly eventLimit: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface User {
  readonly id: number;
  readonly domain: string;
  /** Unique in its domain, and for good. */
  readonly name: string;
  readonly displayName: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** As vendors with client prefixes write an extension: `0003*210`; without a prefix the number itself. */
export function extendedNumber({ prefix, number }: Pick<Extension, 'prefix' | 'number'>): string {
  return prefix === null ? number : `${prefix}*${number}`;
}
