/** `docs/reference/logs.md`, made from the declarations of the fields. */
import { accessFields } from '../../api/access-log.ts';
import { attemptFields } from './attempt-fields.ts';

const opening = `# Log lines

Made from the declarations in \`src/app/attempt-log/\` and \`src/api/access-log.ts\` by \`npm run generate:reference\`; changes
belong there.

Offhook writes one JSON object a line to standard error. Every line has

| field | what it is |
|---|---|
| \`level\` | 20 debug, 30 info, 40 warn, 50 error; least written: [\`log.level\`](configuration.md#log) |
| \`time\` | when, RFC 3339 |
| \`msg\` | what happened; the other fields say to whom |

No line holds a secret: no subscription's id, token, credential, path or query of a URL, or body. Where something failed,
a line has the reason in words; what a receiver answered is in the records (\`offhook deliveries show\`), not in the log.
`;

const attempts = `## delivery.attempted

One line for each attempt to deliver: at level info where it failed, and by \`log.attempts\` where it did not: \`all\` writes
those at info too, \`failures\` only at level debug, \`none\` writes neither. At most \`log.attemptsPerSecond\` lines a second; then
\`delivery.attempted: N more suppressed\` says how many more there were (\`lines\`), and how many of them failed (\`failures\`).
`;

const requests = `## request

One line for each request to the API, at level debug; at warn where the answer is 500 or more.
`;

export function logReference(): string {
  return [opening, `${attempts}\n${table(attemptFields)}`, `${requests}\n${table(accessFields)}`].join('\n');
}

function table(fields: Readonly<Record<string, string>>): string {
  const rows = Object.entries(fields).map(([name, what]) => `| \`${name}\` | ${what.replaceAll('|', '\\|')} |`);
  return `| field | what it is |\n|---|---|\n${rows.join('\n')}\n`;
}
