/** The examples of the guide do what it says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { eventCatalog } from '../../model/event-types/index.ts';
import { createFilters } from './index.ts';

const guide = await readFile(new URL('../../../docs/guides/filters-and-templates.md', import.meta.url), 'utf8');
const filters = createFilters();
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text as string);

/** One of every type, and calls that the examples are about. */
const events = Object.values(eventCatalog).flatMap(({ example }) => {
  const { call } = example;
  const onMonday = { ...example, time: '2026-11-23T09:00:00.000Z' };
  if (!call) return [example, onMonday, { ...example, data: { reason: 'timeout' } }];
  const party = (number: string) => ({ ...call.from, number });
  return [
    example,
    onMonday,
    { ...example, call: { ...call, direction: 'inbound' as const, talkMs: 61_000, outcome: 'busy' as const } },
    { ...example, call: { ...call, from: party('+4930123456') }, extensions: ['102'] },
    { ...example, call: { ...call, startedAt: '2026-01-01T00:00:00.000Z', answeredAt: '2026-01-01T00:00:21.000Z' } },
  ];
});

it('has filters that can be saved, each true of some events and not of others', () => {
  const written = blocks('cel').map((text) => text.trim());
  const inJson = blocks('json').flatMap((text) => (JSON.parse(text) as { filter?: string }).filter ?? []);
  assert.ok(written.length >= 8 && inJson.length >= 1);
  for (const source of [...written, ...inJson]) {
    assert.equal(filters.problem(source), null, source);
    const outcomes = events.map((event) => filters.compile(source).judge(event));
    assert.ok(
      outcomes.some(({ outcome }) => outcome === 'matched'),
      source,
    );
    assert.ok(
      outcomes.some(({ outcome }) => outcome !== 'matched'),
      source,
    );
    for (const one of outcomes) assert.ok(one.outcome !== 'filter_error' || !one.reason.startsWith('internal'), source);
  }
});

it('shows the answer to a mistake as it comes', () => {
  const [source] = blocks('cel refused');
  const shown = blocks('json').map((text) => JSON.parse(text) as Record<string, unknown>);
  const answer = shown.find(({ field }) => field === 'filter');
  const problem = filters.problem((source ?? '').trimEnd());
  assert.ok(answer && problem);
  const { line, column, excerpt, remedy } = problem;
  assert.deepEqual(
    [answer['line'], answer['column'], answer['excerpt'], answer['remedy']],
    [line, column, excerpt, remedy],
  );
  assert.equal(answer['detail'], `filter: ${problem.message} (line ${line}, column ${column}).`);
});
