/**
 * Who may command what. A domain's token and those above it may command every call of theirs. A user's or an extension's
 * may have their own phones call, and command a call that one of their phones began or talks in: to have taken part, or to
 * ring along with others, is not enough to end what others talk about.
 */
import type { LiveCall } from '../../../calls/live/live-call.ts';
import { kindOf, type Access } from '../../../model/scope.ts';

/** Whether the caller's own extensions, or all of the domain's, hold this one. */
export function covers(access: Access, extension: string): boolean {
  const kind = kindOf(access);
  if (kind === 'extension') return access.extension === extension;
  return kind !== 'user' || (access.owned ?? []).includes(extension);
}

export function mayCommand(access: Access, { call, legs }: LiveCall): boolean {
  const kind = kindOf(access);
  if (kind !== 'user' && kind !== 'extension') return true;
  const { onBehalfOf } = call.origin;
  if (onBehalfOf && covers(access, onBehalfOf)) return true;
  return legs.some(
    ({ extension, role, answeredAt, endedAt }) =>
      extension !== null && endedAt === null && (role === 'caller' || answeredAt !== null) && covers(access, extension),
  );
}

/** The caller's one extension; null where they have none, or several. */
export function onlyExtension(access: Access): string | null {
  if (access.extension !== '*') return access.extension;
  const owned = access.user === '*' ? [] : (access.owned ?? []);
  return owned.length === 1 ? (owned[0] ?? null) : null;
}
