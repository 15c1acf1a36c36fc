/** Figures as a table for people and as JSON for programs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { type Figure, isReached, median, type Side, type Target } from './figure.ts';
import type { Suite } from './suite.ts';

export interface SuiteReport {
  readonly suite: string;
  readonly title: string;
  readonly figures: readonly Figure[];
}

const amount = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const number = (value: number): string => (Math.abs(value) >= 1_000 ? whole : amount).format(value);

const sideText = (side: Side | null): string =>
  side === null ? '' : `${number(median(side.values))} ${side.unit} (${side.name})`;

function targetText(target: Target | null): string {
  if (target === null) return '';
  return 'atLeast' in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
}

function spread(scores: readonly number[]): string {
  if (scores.length < 2) return '';
  return `${number(Math.min(...scores))} to ${number(Math.max(...scores))}`;
}

const heading = ['figure', 'offhook', 'beside it', 'ratio', 'of all rounds', 'target', ''];

function rowOf(figure: Figure): string[] {
  const verdict = figure.target === null ? '' : isReached(figure) ? 'reached' : 'MISSED';
  const { name, offhook, beside, scores, target } = figure;
  return [
    name,
    sideText(offhook),
    sideText(beside),
    number(median(scores)),
    spread(scores),
    targetText(target),
    verdict,
  ];
}

export function table(figures: readonly Figure[]): string {
  const rows = [heading, ...figures.map(rowOf)];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

export function notesOf({ suite, figures }: SuiteReport): string[] {
  return figures.flatMap(({ name, notes }) => notes.map((note) => `${suite}, ${name}: ${note}`));
}

export interface ReportFile {
  readonly quick: boolean;
  readonly rounds: number;
  readonly suites: readonly SuiteReport[];
}

/** @returns the file's path */
export async function writeJson(dir: URL, report: ReportFile): Promise<string> {
  await mkdir(dir, { recursive: true });
  const at = new Date();
  const file = new URL(`${at.toISOString().replaceAll(':', '-')}.json`, dir);
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, memory: totalmem(), node: process.version };
  const suites = report.suites.map((one) => ({
    ...one,
    figures: one.figures.map((figure) => ({ ...figure, score: median(figure.scores), reached: isReached(figure) })),
  }));
  await writeFile(file, `${JSON.stringify({ at, machine, ...report, suites }, null, 2)}\n`);
  return file.pathname;
}

export const suiteHeading = ({ name, title }: Suite): string => `${name}: ${title}`;
