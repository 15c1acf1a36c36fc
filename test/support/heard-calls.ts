/** What was heard of calls that went through a real Asterisk, to be compared with the recorded ones. */
import { readFileSync } from 'node:fs';

/** The port of the carrier's phone is part of its number and changes with every run. */
export const withoutPort = (text: string): string => text.replace(/(?<!\d)1215551\d{4}/g, '1215551PORT');

/** What Offhook makes of the recorded call of that name, a line for each event. */
export function expectedOf(name: string): string[] {
  const text = readFileSync(new URL(`../fixtures/asterisk/${name}.expected.txt`, import.meta.url), 'utf8');
  return withoutPort(text)
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('journal'));
}

/**
 * The events alone, to be compared with those of another version: how the call stood at each hangs on the order of what
 * Asterisk's threads tell. A line that was given up is said to have ended normally by one version, and without a cause
 * by another: the two say the same.
 */
export function betweenVersions(summary: readonly string[]): string[] {
  const alone = (line: string): string =>
    line
      .replace(/ (?:ringing|queued|answered|held|parked)(?= \||$)/, '')
      .replace(/ \| answeredBy=\S+/, '')
      .replace(/ cause=0$/, ' cause=16');
  return summary
    .filter((line) => !/\| changed=(?:call\.state|call\.to\.name)(?: \||$)/.test(line))
    .map(alone)
    .toSorted();
}
