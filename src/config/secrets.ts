import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where secrets may be kept instead of in the configuration. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative `file:` paths start here. */
  readonly directory: string;
}

export type ResolvedSecret = { readonly value: unknown } | { readonly problem: string; readonly remedy: string };

/**
 * Follows `env:NAME` and `file:PATH`; anything else is the secret itself. One line end at a file's end is dropped. In a
 * list, each entry.
 */
export function resolveSecret(written: unknown, sources: SecretSources): ResolvedSecret {
  if (Array.isArray(written)) return resolveList(written, sources);
  if (typeof written !== 'string') return { value: written };
  if (written.startsWith('env:')) return fromEnvironment(written.slice(4), sources);
  if (written.startsWith('file:')) return fromFile(resolve(sources.directory, written.slice(5)));
  return { value: written };
}

function resolveList(written: readonly unknown[], sources: SecretSources): ResolvedSecret {
  const values: unknown[] = [];
  for (const entry of written) {
    const resolved = resolveSecret(entry, sources);
    if ('problem' in resolved) return resolved;
    values.push(resolved.value);
  }
  return { value: values };
}

function fromEnvironment(name: string, { env }: SecretSources): ResolvedSecret {
  const value = env[name];
  if (value !== undefined && value !== '') return { value };
  return { problem: `the environment variable ${name} is not set`, remedy: `set ${name} before starting Offhook` };
}

function fromFile(path: string): ResolvedSecret {
  try {
    return { value: readFileSync(path, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return {
      problem: `the file ${path} cannot be read (${code})`,
      remedy: 'make it readable for the user Offhook runs as',
    };
  }
}
