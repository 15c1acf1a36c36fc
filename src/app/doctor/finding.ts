/** What one check of `offhook doctor` found. */
export interface Finding {
  /** A short name, stable, for programs. */
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, or why it was not looked at. Never a secret, never a whole URL of a receiver. */
  readonly detail: string;
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null;
}

export const ok = (check: string, detail: string): Finding => ({ check, status: 'ok', detail, remedy: null });
export const skipped = (check: string, detail: string): Finding => ({ check, status: 'skipped', detail, remedy: null });
export const warning = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: 'warning',
  detail,
  remedy,
});
export const failed = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: 'failed',
  detail,
  remedy,
});

export const reasonOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
