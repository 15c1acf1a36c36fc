/** The OpenAPI document as a page to read: `docs/reference/http-api.md`, and as HTML at `/docs`. */
import { accessKinds } from '../../model/scope.ts';
import type { OpenApiDocument, Operation } from './document.ts';

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function entriesByTag(document: OpenApiDocument): Map<string, Entry[]> {
  const tags = new Map<string, Entry[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0] ?? 'other';
      tags.set(tag, [...(tags.get(tag) ?? []), { method: method.toUpperCase(), path, operation }]);
    }
  }
  return tags;
}

export interface SchemaLike {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaLike>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaLike[];
  readonly items?: SchemaLike;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
}

/** A few words for a schema: `string`, `integer or null`, `list of string`. */
export function typeWords(schema: SchemaLike): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.length > 8 ? 'one of the documented words' : schema.enum.map(String).join(', ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeWords))].join(' or ');
  if (schema.type === 'array') return `list of ${typeWords(schema.items ?? {})}`;
  return schema.type ?? 'anything';
}

interface FieldRow {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** Fields of an object and of the objects in it, as rows with dotted names; deep enough for what people write. */
export function fieldRows(schema: SchemaLike, prefix = '', depth = 0): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const inner = objectIn(field);
    const usual = field.default === undefined ? '' : ` Default: \`${JSON.stringify(field.default)}\`.`;
    const row = {
      name: path,
      type: typeWords(field),
      required: schema.required?.includes(name) ?? false,
      description: `${field.description ?? ''}${usual}`.trim(),
    };
    return inner && depth < 2 ? [row, ...fieldRows(inner, `${path}.`, depth + 1)] : [row];
  });
}

function objectIn(field: SchemaLike): SchemaLike | null {
  if (field.properties) return field;
  const choices = (field.anyOf ?? []).filter((choice) => choice.properties);
  return choices.length === 1 ? (choices[0] as SchemaLike) : null;
}

const bodySchemas = ({ requestBody }: Operation): [string, SchemaLike][] =>
  Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema as SchemaLike]);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function httpApiReference(document: OpenApiDocument): string {
  const parts = [
    '# HTTP API',
    'Made from the schemas in `src/api/` by `npm run generate:reference`; the same as OpenAPI 3.1 is served at `/openapi.json`, and readable at `/docs`.',
    `${document.info.description} The token goes in \`Authorization: Bearer TOKEN\`. The errors are listed in [errors](errors.md).`,
  ];
  for (const [tag, entries] of entriesByTag(document)) {
    parts.push(`## ${tag}`);
    for (const entry of entries) parts.push(operationMarkdown(entry));
  }
  return `${parts.join('\n\n')}\n`;
}

/** Which tokens a route takes, in a sentence. */
function tokenWords(operation: Operation): string {
  const kinds = operation['x-tokens'];
  if (!kinds) return 'No token needed.';
  if (kinds.length === accessKinds.length) return 'Any token.';
  return kinds.length === 1 ? 'A superuser’s token.' : `A token of kind ${kinds.join(', ')}.`;
}

function operationMarkdown({ method, path, operation }: Entry): string {
  const parts = [`### ${method} ${path}`, `${operation.summary}. ${tokenWords(operation)}`];
  if (operation.description) parts.push(operation.description);
  if (operation.parameters) {
    const rows = operation.parameters.map((parameter) => {
      const type = typeWords(parameter.schema as SchemaLike);
      return `| \`${parameter.name}\` | ${parameter.in} | ${cell(type)} | ${cell(parameter.description ?? '')} |`;
    });
    parts.push(`| parameter | in | type | what it is |\n|---|---|---|---|\n${rows.join('\n')}`);
  }
  for (const [type, schema] of bodySchemas(operation)) parts.push(bodyMarkdown(type, schema));
  const answers = Object.entries(operation.responses).filter(([status]) => status !== 'default');
  parts.push(answers.map(([status, { description }]) => `- ${status}: ${description}`).join('\n'));
  return parts.join('\n\n');
}

function bodyMarkdown(type: string, schema: SchemaLike): string {
  const rows = fieldRows(schema).map(
    ({ name, type: words, required, description }) =>
      `| \`${name}\` | ${cell(words)} | ${required ? 'yes' : ''} | ${cell(description)} |`,
  );
  const head = `Body \`${type}\`${schema.description ? `: ${schema.description}` : ''}`;
  return rows.length === 0
    ? head
    : `${head}\n\n| field | type | required | what it is |\n|---|---|---|---|\n${rows.join('\n')}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] as string);
/** Text with `code` in backquotes. */
const inline = (text: string): string => html(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const anchor = (tag: string): string => html(tag.replaceAll(' ', '-'));

export function docsPage(document: OpenApiDocument): string {
  const tags = entriesByTag(document);
  const sections = [...tags].map(
    ([tag, entries]) =>
      `<section id="${anchor(tag)}"><h2>${html(tag)}</h2>${entries.map(operationHtml).join('')}</section>`,
  );
  const links = [...tags.keys()].map((tag) => `<a href="#${anchor(tag)}">${html(tag)}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offhook: HTTP API</title><link rel="stylesheet" href="/assets/page.css"></head>
<body><header><h1><a href="/">Offhook</a> HTTP API</h1><nav>${links.join(' ')}</nav></header>
<main class="docs"><p>${inline(document.info.description)}</p>
<p>The token goes in <code>Authorization: Bearer TOKEN</code>. For programs: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${sections.join('\n')}</main></body></html>
`;
}

function operationHtml({ method, path, operation }: Entry): string {
  const open = ` <em>${html(tokenWords(operation))}</em>`;
  const parameters = (operation.parameters ?? []).map(({ name, in: place, schema, description }) =>
    row([`<code>${html(name)}</code>`, place, html(typeWords(schema as SchemaLike)), inline(description ?? '')]),
  );
  const bodies = bodySchemas(operation).map(([type, schema]) => bodyHtml(type, schema));
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description }]) => `<li><b>${status}</b> ${inline(description)}</li>`);
  return `<details><summary><b class="method">${method}</b> <code>${html(path)}</code> <span>${inline(operation.summary)}</span></summary>
<p>${inline(operation.description ?? '')}${open}</p>
${parameters.length > 0 ? table(['parameter', 'in', 'type', 'what it is'], parameters) : ''}${bodies.join('')}<ul>${answers.join('')}</ul></details>`;
}

function bodyHtml(type: string, schema: SchemaLike): string {
  const rows = fieldRows(schema).map(({ name, type: words, required, description }) =>
    row([`<code>${html(name)}</code>`, html(words), required ? 'yes' : '', inline(description)]),
  );
  const head = `<p>Body <code>${html(type)}</code> ${inline(schema.description ?? '')}</p>`;
  return rows.length === 0 ? head : head + table(['field', 'type', 'required', 'what it is'], rows);
}

const row = (cells: readonly string[]): string => `<tr>${cells.map((text) => `<td>${text}</td>`).join('')}</tr>`;
const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<div class="scroll"><table><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>${rows.join('')}</table></div>`;
