import type { Terminal } from './terminal.ts';

const barWidth = 30;

/** A line that shows how far long work is, where people look; silent elsewhere. */
export interface ProgressBar {
  /** @param share 0 to 1 */
  show(share: number): void;
  /** Takes the line away: what follows says how it went. */
  clear(): void;
}

export function progressBar(terminal: Terminal, title: string): ProgressBar {
  let shown = '';
  return {
    show: (share) => {
      if (!terminal.isInteractive) return;
      const filled = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
      const line = `${title} [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(share * 100)} %`;
      if (line !== shown) terminal.draw(`\r${line}`);
      shown = line;
    },
    clear: () => {
      if (shown !== '') terminal.draw(`\r${' '.repeat(shown.length)}\r`);
      shown = '';
    },
  };
}
