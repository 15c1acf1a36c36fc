import type { Figure } from './figure.ts';

export interface Setting {
  readonly rounds: number;
  /** Smaller counts, for a look: figures are not those of the targets. */
  readonly quick: boolean;
  /** Five times the backlog behind the dead endpoint. */
  readonly large: boolean;
  /** Where CPU profiles of Offhook's side go; null: none are taken. */
  readonly profileDir: string | null;
  /** Tells whoever waits how far it is. */
  readonly say: (text: string) => void;
}

export interface Suite {
  readonly name: string;
  /** What is compared with what, in one line. */
  readonly title: string;
  run(setting: Setting): Promise<readonly Figure[]>;
}

/** Runs one side after the other, the first one in turn, so that neither always meets the warmer machine. */
export async function inTurn(round: number, one: () => Promise<void>, other: () => Promise<void>): Promise<void> {
  const order = round % 2 === 0 ? [one, other] : [other, one];
  for (const side of order) await side();
}
