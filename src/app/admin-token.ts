import { administrator, type TokenCheck } from '../api/auth/caller.ts';
import { secretHex } from '../kit/random.ts';
import type { SettingsStore } from '../records/settings-store.ts';
import { hashToken, tokenMatches } from '../tenants/token-text.ts';

const settingName = 'admin.tokenHash';

export interface AdminToken {
  readonly check: TokenCheck;
  /** In clear, when it was made just now; nobody will know it later. */
  readonly made: string | null;
}

/**
 * The administrator's token: the configured one, else the one of the last start, else a new one. Only its hash is
 * kept.
 */
export async function openAdminToken(settings: SettingsStore, configured: string | null): Promise<AdminToken> {
  const stored = await settings.get(settingName);
  const made = configured === null && stored === null ? `oh_${secretHex(24)}` : null;
  const token = configured ?? made;
  const hash = token === null ? (stored as string) : hashToken(token);
  if (hash !== stored) await settings.set(settingName, hash);
  return { made, check: (given) => (tokenMatches(given, hash) ? administrator : null) };
}
