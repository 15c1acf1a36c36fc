/** The reference page of event types, written from their definitions. */
import type { Type } from 'typebox';
import { expectationOf } from '../ingest/expectation.ts';
import { eventCatalog, eventTypes, type EventType } from './index.ts';

const head = `# Event types

Written by \`npm run generate:event-types\` from \`src/model/event-types/\`; do not edit.

Every event has the same envelope: \`id\`, \`seq\` (its place in the log), \`type\`, \`time\` (when it happened),
\`acceptedAt\` (when it was durable), its scope (\`reseller\`, \`domain\`, \`user\`, \`extension\`), \`connector\` (where it came
from), \`extensions\` (all that took part so far), the \`call\` and \`leg\` as they then stood, and \`data\`: what its type
carries beyond them. Times are RFC 3339 in UTC with milliseconds; durations are milliseconds.

Sending an event (\`POST /v1/events\`): \`type\` is required, and \`call.id\` where the type needs a call. The rest is
optional. What is missing follows from what is there, else it is null; fields nobody knows are kept where they stand,
those of the event itself in \`data.extra\`. Types that only Offhook says are refused.

A list of types in a subscription may use wildcards: \`*\` is all, \`call.*\` all of one family.
`;

export function eventTypeReference(): string {
  return [head, contents(), ...eventTypes.map(section)].join('\n');
}

function contents(): string {
  const rows = eventTypes.map(
    (type) => `| [\`${type}\`](#${anchor(type)}) | ${needs(type)} | ${firstSentence(type)} |`,
  );
  return `${['| type | needs | |', '|---|---|---|', ...rows].join('\n')}\n`;
}

const anchor = (type: EventType): string => type.replace('.', '');

function needs(type: EventType): string {
  const { subject, reporter } = eventCatalog[type];
  if (reporter === 'offhook') return 'said by Offhook alone';
  return { call: 'call', leg: 'call and leg', none: '' }[subject];
}

function firstSentence(type: EventType): string {
  const { description } = eventCatalog[type];
  return `${description.split(/[.;:](?: |$)/)[0]}.`;
}

function section(type: EventType): string {
  const { description, data, example } = eventCatalog[type];
  const need = needs(type);
  const note = need === '' ? 'A call and a leg are in it where the source knows them.' : `Needs: ${need}.`;
  const json = JSON.stringify(example, null, 2);
  return `## ${type}\n\n${description}\n\n${need === 'said by Offhook alone' ? 'Said by Offhook alone.' : note}\n\n${fields(data)}\n\`\`\`json\n${json}\n\`\`\`\n`;
}

function fields(data: Type.TObject): string {
  const entries = Object.entries(data.properties);
  if (entries.length === 0) return 'Its `data` is empty.\n';
  const required = new Set<string>(data.required ?? []);
  const rows = entries.map(([name, property]) => {
    const { description } = property as { description?: string };
    const what = expectationOf(property) + (required.has(name) ? '' : '; may be missing');
    return `| \`${name}\` | ${cell(what)} | ${cell(description ?? '')} |`;
  });
  return `${['| in `data` | is | |', '|---|---|---|', ...rows].join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
