/** What is said of registrations: to the administrator of the office, who may know nothing of events and URLs. */
import type { RemotePlace, RemoteTrouble } from '../../model/remote-registry.ts';
import type { PlannedStep } from '../../model/registration.ts';
import type { Step } from './plan.ts';

const longest = 300;

/** As our tokens are written; a system may repeat the URL that it does not like. */
const token = /[0-9a-hjkmnp-tv-z]{32}/g;

/** What another system said, fit to be shown: no token of ours, no control characters, not too long. */
export function saidBy(text: string): string {
  const plain = text
    .replaceAll(token, '(token)')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

export const nameOf = ({ kind, name }: RemotePlace): string => (kind === 'agent' ? `agent ${name}` : name);

const counted = (count: number): string => `${count} event${count === 1 ? '' : 's'}`;

/** Who is to do what: the person who reads it can remove events, or ask for more room. */
export function limitWords(
  place: RemotePlace,
  event: string,
  { all, ours }: { readonly all: number; readonly ours: number },
  { message }: RemoteTrouble,
): string {
  const theirs = `${counted(all)}, ${ours} of them ours and ${all - ours} of others`;
  const remedy =
    'Remove events there that are not used any more, or ask the administrator of the PBX to raise the limit';
  return `${nameOf(place)}: there is no room for ${event}: the extension has ${theirs}. ${remedy}; then sync again. The PBX says: ${saidBy(message)}`;
}

export function refusedWords(place: RemotePlace, what: string, { kind, message }: RemoteTrouble): string {
  if (kind === 'gone') return `${nameOf(place)}: the PBX has no such extension: ${saidBy(message)}`;
  return `${nameOf(place)}: ${what}: ${saidBy(message)}`;
}

export const doubtfulWords = (place: RemotePlace): string =>
  `${nameOf(place)}: what the PBX lists does not stay as it was made; look whether something else changes these events`;

export function plannedStep({ kind, name }: RemotePlace, step: Step): PlannedStep {
  const extension = kind === 'agent' ? `agent ${name}` : name;
  switch (step.do) {
    case 'add':
      return { do: 'add', extension, event: step.event, why: 'missing' };
    case 'remove':
      return { do: 'remove', extension, event: step.remote.event, why: step.why };
    case 'store':
      return { do: 'store', extension, event: step.remote.event, why: 'made before, its answer was lost' };
    case 'forget':
      return { do: 'forget', extension, event: step.event, why: 'not in use there' };
  }
}

const broken: Partial<Readonly<Record<RemoteTrouble['kind'], string>>> = {
  credentials:
    'the PBX does not take our credentials: check auth or token of the connector, and what they may do there',
  stopped: 'it was broken off, since Offhook stops, or takes all of it back; the next run goes on',
};

export const brokenOffWords = ({ kind, message }: RemoteTrouble): string =>
  broken[kind] === undefined
    ? `the PBX could not be asked to the end, and is asked again by itself: ${saidBy(message)}`
    : `${broken[kind]}: ${saidBy(message)}`;

export const noAgentWords = (numbers: readonly string[]): string =>
  `agents names ${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ', …' : ''}, of which there is no record in the domain: make one (POST /v1/extensions)`;

const mostInSummary = 3;

/** For a status of one line; the rest is in the report. */
export function summary(problems: readonly string[]): string {
  const more = problems.length - mostInSummary;
  return problems.slice(0, mostInSummary).join(' | ') + (more > 0 ? ` | and ${more} more` : '');
}
