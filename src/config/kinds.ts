/**
 * Kinds of values a setting can have. A kind reads what YAML gives and what a shell gives alike: there, everything is
 * text, so `"4665"` is a port and `"true"` a yes.
 */
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { durationShape, parseDuration } from '../kit/duration.ts';

export interface Kind<T> {
  /** What is right, in words: completes "must be …". */
  readonly expects: string;
  /** Undefined: not right. */
  read(value: unknown): T | undefined;
}

/** A duration, written with its unit, kept as milliseconds. */
export type Milliseconds = number;

export function text(facts: { maxLength?: number; pattern?: RegExp; expects?: string } = {}): Kind<string> {
  const { maxLength = 1024, pattern } = facts;
  return {
    expects: facts.expects ?? `a text of 1 to ${maxLength} characters`,
    read: (value) => {
      const plain = typeof value === 'number' ? String(value) : value;
      if (typeof plain !== 'string' || plain.length === 0 || plain.length > maxLength) return undefined;
      return pattern && !pattern.test(plain) ? undefined : plain;
    },
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Kind<T> {
  return {
    expects: `one of ${values.join(', ')}`,
    read: (value) => values.find((known) => known === value),
  };
}

export function whole(min: number, max: number): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    read: (value) => {
      const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value.trim()) ? Number(value) : value;
      return Number.isInteger(number) && (number as number) >= min && (number as number) <= max
        ? (number as number)
        : undefined;
    },
  };
}

export function decimal(min: number, max: number): Kind<number> {
  return {
    expects: `a number from ${min} to ${max}`,
    read: (value) => {
      const number = typeof value === 'string' && /^-?\d{1,16}(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
      return typeof number === 'number' && number >= min && number <= max ? number : undefined;
    },
  };
}

export const yesNo: Kind<boolean> = {
  expects: 'true or false',
  read: (value) => {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : undefined;
  },
};

export function duration(min: string, max: string): Kind<Milliseconds> {
  const fewest = parseDuration(min) ?? 0;
  const most = parseDuration(max) ?? 0;
  return {
    expects: `${durationShape}, from ${min} to ${max}`,
    read: (value) => {
      const ms = typeof value === 'string' ? parseDuration(value) : null;
      return ms !== null && ms >= fewest && ms <= most ? ms : undefined;
    },
  };
}

const sizeUnits: Readonly<Record<string, number>> = { '': 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

export function bytes(min: number): Kind<number> {
  return {
    expects: `a size such as 500MB or 20GB, at least ${min} bytes`,
    read: (value) => {
      const match = /^(\d{1,12}(?:\.\d{1,3})?) ?(B|kB|MB|GB|TB)?$/.exec(String(value).trim());
      const size = match ? Math.round(Number(match[1]) * (sizeUnits[match[2] ?? ''] as number)) : Number.NaN;
      return Number.isSafeInteger(size) && size >= min ? size : undefined;
    },
  };
}

/** A name or address to connect to or listen on. */
export const host: Kind<string> = {
  expects: 'a host name or an IP address',
  read: (value) => {
    if (typeof value !== 'string' || value.length > 253) return undefined;
    if (ipaddr.isValid(value)) return value;
    return /^[a-zA-Z0-9_.-]+$/.test(domainToASCII(value)) ? value : undefined;
  },
};

/** `10.0.0.0/8`, `fd00::/8` or one address. */
export const network: Kind<string> = {
  expects: 'a network such as 10.0.0.0/8 or an IP address',
  read: (value) => {
    if (typeof value !== 'string') return undefined;
    return ipaddr.isValidCIDR(value) || ipaddr.isValid(value) ? value : undefined;
  },
};

/** Without credentials, which belong into a header. */
export const webUrl: Kind<string> = {
  expects: 'a URL with http or https, without user and password',
  read: (value) => {
    const url = typeof value === 'string' && value.length <= 2048 ? URL.parse(value) : null;
    if (!url || !/^https?:$/.test(url.protocol)) return undefined;
    return url.username === '' && url.password === '' ? url.href : undefined;
  },
};

export const regularExpression: Kind<string> = {
  expects: 'a regular expression',
  read: (value) => {
    if (typeof value !== 'string' || value.length > 500) return undefined;
    try {
      return new RegExp(value, 'u').source === '' ? undefined : value;
    } catch {
      return undefined;
    }
  },
};

/** YAML gives a list, the environment commas. */
export function listOf<T>(item: Kind<T>, most = 1000): Kind<readonly T[]> {
  return {
    expects: `a list; each entry ${item.expects}`,
    read: (value) => {
      const entries = typeof value === 'string' ? splitCommas(value) : value;
      if (!Array.isArray(entries) || entries.length > most) return undefined;
      const read = entries.map((entry) => item.read(entry));
      return read.some((entry) => entry === undefined) ? undefined : (read as T[]);
    },
  };
}

const splitCommas = (value: string): string[] =>
  value.trim() === '' ? [] : value.split(',').map((part) => part.trim());

export function orNull<T>(kind: Kind<T>): Kind<T | null> {
  return {
    expects: `${kind.expects}, or null`,
    read: (value) => (value === null || value === '' || value === 'null' ? null : kind.read(value)),
  };
}
