import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dialects, findDialect } from './registry.ts';

it('finds every dialect by its own name, and nothing else', () => {
  assert.ok(dialects.length > 0);
  for (const dialect of dialects) assert.equal(findDialect(dialect.name), dialect);
  assert.equal(new Set(dialects.map(({ name }) => name)).size, dialects.length);
  for (const name of ['', 'CloudEvents', 'constructor', '__proto__']) assert.equal(findDialect(name), null);
});

it('describes every option', () => {
  for (const { name, optionsSchema } of dialects) {
    const { properties } = optionsSchema as { readonly properties: Readonly<Record<string, { description?: string }>> };
    for (const [option, schema] of Object.entries(properties)) assert.ok(schema.description, `${name}.${option}`);
  }
});
