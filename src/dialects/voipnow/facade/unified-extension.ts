/** Whom a path of UnifiedAPI is about: `{user}/{extension}`, within what the caller may see. */
import type { FacadeContext, RecordedExtension, Refused } from '../../facade.ts';
import { invalid } from './unified-errors.ts';

type Found = { readonly extension: RecordedExtension } | Refused;

/** Says the same of what is not there and of what is not the caller's. */
const unknown = invalid(
  'extension_invalid',
  'extension',
  'extension: there is no such extension. Name one that is recorded and yours, as 0003*210 or 210.',
);

export function findExtension(user: string, extension: string, { access, directory }: FacadeContext): Found {
  if (extension === '@self') {
    const message = 'extension: @self is not taken here. Name the extension, as 0003*210 or 210.';
    return invalid('extension_invalid', 'extension', message);
  }
  const { prefix, number } = partsOf(extension);
  const all = directory.withNumber(number).filter((one) => prefix === null || one.prefix === prefix);
  const owners = ownersOf(user, directory);
  if (owners === 'unknown') {
    const message = 'user: there is no such user. Use @me, @viewer, @owner, or the id or name of a user you may see.';
    return invalid('user_invalid', 'user', message);
  }
  const found = owners === 'any' ? all : all.filter((one) => owners.some((owner) => isOwned(one, owner)));
  const [one, ...more] = found;
  if (one === undefined) return unknown;
  if (more.length === 0) return { extension: one };
  const whose = access.domain === '*' ? 'Use a token of its domain' : 'Name it with its prefix';
  const message = `extension: ${found.length} extensions are called so. ${whose}, or name the user who owns it.`;
  return invalid('extension_invalid', 'extension', message);
}

/** The star may come encoded a second time, as some libraries do. */
function partsOf(extension: string): { readonly prefix: string | null; readonly number: string } {
  const text = extension.replaceAll(/%2a/gi, '*');
  const star = text.indexOf('*');
  return star < 0 ? { prefix: null, number: text } : { prefix: text.slice(0, star), number: text.slice(star + 1) };
}

interface Owner {
  readonly domain: string;
  readonly name: string;
}

/** `@me` is who the token is for, whose scope the directory already is; `@owner` whoever owns the extension. */
function ownersOf(user: string, directory: FacadeContext['directory']): readonly Owner[] | 'any' | 'unknown' {
  if (/^@?(?:me|viewer|owner)$/.test(user)) return 'any';
  const users = directory.users(user);
  return users.length === 0 ? 'unknown' : users;
}

const isOwned = ({ domain, users }: RecordedExtension, owner: Owner): boolean =>
  domain === owner.domain && users.includes(owner.name);
