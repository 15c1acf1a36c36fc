/**
 * Starts threads from this project's own sources. In a checkout those are TypeScript, and a thread that strips types
 * by itself keeps the stripper resident: 35 MB each instead of 20. So the main thread, which has it anyway, does it for
 * them and hands the modules over. From a build there is nothing to do.
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { type ResourceLimits, Worker } from 'node:worker_threads';

export interface ThreadProgram {
  /** `data` is the thread's `workerData`. */
  start(data: object, resourceLimits: ResourceLimits): Worker;
}

/** Runs first in such a thread: modules come out of `workerData`, everything else from where it always does. */
const bootstrap = `
  const { registerHooks } = require('node:module');
  const { entry, sources } = require('node:worker_threads').workerData;
  registerHooks({
    load: (url, context, next) =>
      Object.hasOwn(sources, url) ? { format: 'module', source: sources[url], shortCircuit: true } : next(url, context),
  });
  import(entry);
`;

/** Node announces on stderr that stripping is experimental when it is asked for by name; running a .ts file is not. */
function strip(source: string): string {
  // oxlint-disable-next-line typescript/unbound-method -- only put aside, and put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

const importedFile = /^(?:import|export)\b[^;]*?from '(\.[^']+)';/gm;

/** The module and all it imports from this project, by address. */
function collect(url: URL, into: Record<string, string>): Record<string, string> {
  if (Object.hasOwn(into, url.href)) return into;
  const source = strip(readFileSync(url, 'utf8'));
  into[url.href] = source;
  for (const [, path] of source.matchAll(importedFile)) collect(new URL(path as string, url), into);
  return into;
}

/** @param entry without its ending, which is that of the file asking. */
export function loadThreadProgram(entry: string, from: string): ThreadProgram {
  if (!from.endsWith('.ts')) {
    const url = new URL(`${entry}.js`, from);
    return { start: (workerData, resourceLimits) => new Worker(url, { workerData, resourceLimits }) };
  }
  const url = new URL(`${entry}.ts`, from);
  const sources = collect(url, {});
  return {
    start: (data, resourceLimits) =>
      new Worker(bootstrap, { eval: true, workerData: { ...data, entry: url.href, sources }, resourceLimits }),
  };
}
