/** Keeps the secret part of a row unreadable at rest. */
export interface Seal {
  /** @param purpose what it belongs to (`subscription 12`): it opens for nothing else */
  seal(text: string, purpose: string): string;
  /** @throws when it was sealed by another key or for another purpose, or changed. */
  open(sealed: string, purpose: string): string;
  /** Whether it is sealed in the way and by the key that new texts are. */
  isCurrent(sealed: string): boolean;
}

/** Text as it is: what protects it is the file's mode, 0600. */
export const noSeal: Seal = { seal: (text) => text, open: (sealed) => sealed, isCurrent: () => true };
