import { createNumberReader, rulesFor } from '../../model/numbers/index.ts';
import type { Problem } from '../problems/problem.ts';

/** Public numbers as they are kept, in E.164; national ones are read in the country. */
export function readDids(
  dids: readonly string[] | undefined,
  country: string,
): { readonly value: readonly string[] | undefined } | { readonly problem: Problem } {
  if (!dids) return { value: undefined };
  const reader = createNumberReader(rulesFor(country));
  const found = new Set<string>();
  for (const [index, did] of dids.entries()) {
    const { e164 } = reader.read(did);
    if (e164 === null) {
      const detail = `dids[${index}] is no public number in ${country}.`;
      const remedy = 'Write it in E.164: +43 1 234567.';
      return { problem: { code: 'invalid_field', field: `dids[${index}]`, detail, remedy } };
    }
    found.add(e164);
  }
  return { value: [...found] };
}
