import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TemplateOptions } from './catalog.ts';
import { checkOptions } from './check.ts';

const check = (options: TemplateOptions, url = 'https://crm.example/hook', method = 'POST') =>
  checkOptions({ ...options }, { url, method });

/** Options, field, what is wrong, what would be right, line and column where it is about a text. */
const refused: [TemplateOptions, string, RegExp, RegExp, [number, number]?][] = [
  [{ body: '{{ call.form.number }}' }, 'body', /no "form"/, /from/, [1, 4]],
  [{ body: '{\n  "a": "{{ event.cal.id }}"\n}' }, 'body', /no "cal"/, /call/, [2, 12]],
  [{ body: '{{ bogus }}' }, 'body', /no "bogus"/, /There are id, /, [1, 4]],
  [{ body: '{{ type | upcas }}' }, 'body', /undefined filter: upcas/, /upcase/, [1, 11]],
  [{ body: 'x\n {% if type %}' }, 'body', /not closed/, /tags there are: if/, [2, 2]],
  [{ body: '{{ type ' }, 'body', /not closed/, /tags/, [1, 1]],
  [{ body: '{% include "secret" %}' }, 'body', /"include" not found/, /tags there are/, [1, 1]],
  [{ body: "{% render '/etc/passwd' %}" }, 'body', /"render" not found/, /tags there are/, [1, 1]],
  [{ body: '{% layout "x" %}' }, 'body', /"layout" not found/, /tags there are/, [1, 1]],
  [{ body: '{{ type | strip_html }}' }, 'body', /undefined filter/, /./, [1, 11]],
  [{ body: `x{{ type${' | upcase'.repeat(51)} }}` }, 'body', /51 filters.* 50/, /assign/, [1, 2]],
  [
    { body: `{% if type %}{% assign x = type${'|strip'.repeat(60)} %}{% endif %}` },
    'body',
    /60 filters/,
    /assign/,
    [1, 14],
  ],
  [{ headers: { 'X-A': `{% echo type${'|strip'.repeat(51)} %}` } }, 'headers.X-A', /51 filters/, /assign/, [1, 1]],
  [{ url: '/{{ type | raw }}' }, 'url', /undefined filter: raw/, /./, [1, 12]],
  [{ headers: { 'X-A': '{{ domian }}' } }, 'headers.X-A', /no "domian"/, /domain/, [1, 4]],
  [{ headers: { 'a b': 'x' } }, 'headers.a b', /no header name/, /letters/],
  [{ headers: { Host: 'x' } }, 'headers.Host', /belongs to the connection/, /Leave it out/],
  [{ headers: { 'Transfer-Encoding': 'x' } }, 'headers.Transfer-Encoding', /connection/, /Leave it out/],
  [{ headers: { 'X-Offhook-Event': 'x' } }, 'headers.X-Offhook-Event', /set by Offhook/, /Leave it out/],
  [{ headers: { Authorization: 'x' } }, 'headers.Authorization', /not set by a template/, /endpoint\.auth/],
  [{ headers: { 'content-type': 'x' } }, 'headers.content-type', /not set by a template/, /contentType/],
  [{ headers: { 'X-A': '1', 'x-a': '2' } }, 'headers.x-a', /twice/, /one of them/],
  [{ method: 'GET', body: 'x' }, 'body', /GET has no body/, /POST/],
  [{ url: 'https://other.example/{{ id }}' }, 'url', /begin with https:\/\/crm\.example\//, /"\/"/],
  [{ url: 'http://crm.example/' }, 'url', /begin with/, /origin/],
  [{ url: 'https://crm.example:8443/' }, 'url', /begin with/, /origin/],
  [{ url: 'https://crm.example{{ data.x }}/' }, 'url', /begin with/, /origin/],
  [{ url: 'https://crm.example{% if type %}.evil{% endif %}/' }, 'url', /begin with/, /origin/],
  [{ url: '{{ data.url }}' }, 'url', /begin with/, /origin/],
  [{ url: '//other.example/' }, 'url', /begin with/, /origin/],
  [{ url: '/\\other.example/' }, 'url', /begin with/, /origin/],
];

describe('options of a template are checked when they are saved', () => {
  for (const [options, field, message, remedy, place] of refused) {
    it(JSON.stringify(options), () => {
      const problem = check(options);
      assert.ok(problem);
      assert.equal(problem.field, field);
      assert.match(problem.message, message);
      assert.match(problem.remedy, remedy);
      assert.deepEqual(problem.place && [problem.place.line, problem.place.column], place);
    });
  }

  it('and taken where they are right', () => {
    for (const options of [
      {},
      { url: '/calls/{{ call.id }}' },
      { url: 'https://CRM.example:443/{{ id }}' },
      { url: 'https://crm.example?x={{ id }}' },
      { url: 'https://crm.example/{ "a": {{ id }}' },
      { method: 'GET' as const },
      { body: '{% assign a = call.from.number %}{% for t in call.transfers %}{{ t.kind }}{{ a }}{% endfor %}' },
      { body: '{{ data.anything.at.all | default: "x" }}{{ call.transfers[0].kind }}{{ extensions.size }}' },
    ]) {
      assert.equal(check(options), null, JSON.stringify(options));
    }
    assert.equal(check({ url: 'https://anywhere.example/' }, 'inbox:demo'), null);
    assert.ok(check({ body: 'x' }, 'https://crm.example/', 'GET'));
    assert.equal(check({ body: 'x', method: 'POST' }, 'https://crm.example/', 'GET'), null);
  });
});
