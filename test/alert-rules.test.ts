import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

/** Names in the reference with their labels; a histogram as its three series. */
async function documented(): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = [...(await read('docs/reference/metrics.md')).matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*) \|/gm)];
  const series = rows.flatMap(([, name, kind, labels]): [string, readonly string[]][] => {
    const own = [...(labels as string).matchAll(/`(\w+)`/g)].map(([, label]) => label as string);
    if (kind !== 'histogram') return [[name as string, own]];
    return ['_bucket', '_sum', '_count'].map((end) => [`${name}${end}`, [...own, 'le']]);
  });
  return new Map(series);
}

test('the alert rules in deploy/ ask for metrics and labels that there are', async () => {
  const known = await documented();
  assert.ok(known.size > 30);
  const file = parse(await read('deploy/prometheus/offhook.rules.yml')) as { groups: { rules: Rule[] }[] };
  const rules = file.groups.flatMap(({ rules: own }) => own);
  assert.ok(rules.length > 10);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, expr, labels, annotations } of rules) {
    const asked = [...expr.matchAll(/(offhook_\w+)(?:\{([^}]*)\})?/g)];
    assert.ok(asked.length > 0, alert);
    for (const [, name, matchers] of asked) {
      const own = known.get(name as string);
      assert.ok(own, `${alert} asks for ${name}, which is no metric`);
      for (const [, label] of (matchers ?? '').matchAll(/(\w+)\s*(?:!=|=~|!~|=)/g))
        assert.ok(own.includes(label as string), `${alert}: ${name} has no label ${label}`);
    }
    assert.ok(['page', 'ticket'].includes(labels.severity), alert);
    assert.ok(annotations.summary.length > 10, alert);
  }
});
