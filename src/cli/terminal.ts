/** Where a command writes and how; given to it, so that tests can look. */
export interface Terminal {
  /** Whether people read it: colours and tables; else plain. */
  readonly isInteractive: boolean;
  readonly width: number;
  out(line: string): void;
  /** Notes and problems; never what a program reads. */
  note(line: string): void;
  /** Where notes go, as it is: for a line that is written over. */
  draw(text: string): void;
}

export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdout, stderr } = process;
  // A reader that goes away (`| head`) ends a command quietly.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    isInteractive: stdout.isTTY && env['NO_COLOR'] === undefined,
    width: stdout.columns ?? 120,
    out: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
  };
}

const codes = { good: 32, wait: 33, bad: 31, soft: 90, strong: 1 } as const;
export type Tone = keyof typeof codes;

/** Text in a tone, where people read it. */
export function toned(terminal: Terminal, tone: Tone, text: string): string {
  return terminal.isInteractive ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text;
}

/** What comes from outside must not steer the terminal, nor turn the direction of writing round. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '?');
}

/** Columns of equal width, the last one as it is. */
export function showTable(terminal: Terminal, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const padded = (cell: string, index: number): string => cell.padEnd(widths[index] ?? 0);
  for (const row of rows) terminal.out(row.map(padded).join('  ').trimEnd());
}
