/** The examples of the guide do what it says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { eventCatalog } from '../../model/event-types/index.ts';
import { dateParts } from './dates.ts';
import { filterNames, tagNames } from './engine.ts';
import { template } from './index.ts';
import { noContext } from '../../../test/support/encode-context.ts';

const guide = await readFile(new URL('../../../docs/guides/filters-and-templates.md', import.meta.url), 'utf8');
const templates = guide.slice(guide.indexOf('## Templates'));
const events = (['leg.ringing', 'leg.answered', 'leg.ended'] as const).map((type) => eventCatalog[type].example);

it('has templates that can be saved and come out for events of a leg', () => {
  const written = [...templates.matchAll(/^```liquid (\S+)\n([\s\S]*?)^```$/gm)];
  assert.ok(written.length >= 5);
  for (const [, contentType = '', body = ''] of written) {
    const options = { contentType, body: body.trimEnd() };
    const endpoint = { method: 'POST', url: 'https://crm.example/' };
    assert.equal(template.checkOptions?.(options, endpoint), null, body);
    for (const event of events) {
      const encoded = template.encode([event], { ...noContext, ...endpoint, options });
      assert.equal(encoded.kind, 'request', JSON.stringify(encoded));
    }
  }
});

it('has a subscription that does what it says', () => {
  const [, text = ''] = /^```json\n([\s\S]*?)^```$/m.exec(templates) ?? [];
  const { options, endpoint } = JSON.parse(text) as { options: Record<string, unknown>; endpoint: { url: string } };
  const context = { method: 'POST', url: endpoint.url };
  assert.equal(template.checkOptions?.(options, context), null);
  const [event] = events;
  assert.ok(event?.call);
  const encoded = template.encode([event], { ...noContext, ...context, options });
  assert.ok(encoded.kind === 'request' && typeof encoded.body === 'string');
  const number = encodeURIComponent(event.call.from.number ?? '');
  assert.equal(encoded.url, `https://crm.example/contacts/${number}/calls/${event.call.id}`);
  assert.equal(encoded.method, 'PUT');
  assert.deepEqual(JSON.parse(encoded.body), { agent: event.leg?.extension, name: event.call.from.name });
});

it('names every tag, filter and part of a date that there is', () => {
  for (const name of [
    ...tagNames,
    ...filterNames,
    ...dateParts.filter((part) => part !== '%').map((part) => `%${part}`),
  ]) {
    assert.ok(templates.includes(`\`${name}\``) || templates.includes(`\`${name}: `), name);
  }
});
