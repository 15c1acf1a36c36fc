/** Problems of Offhook as refusals, which a facade says in its vendor's words. */
import type { Refusal } from '../../dialects/facade.ts';
import { problemCatalog } from '../problems/catalog.ts';
import { problemFromError } from '../problems/from-error.ts';
import type { Problem } from '../problems/problem.ts';
import { InvalidRequest } from '../validator.ts';

/** The field at fault, what is wrong with it and what to do, in one text. */
export function refusalOf({ code, detail, field, remedy }: Problem): Refusal {
  const { status, title, remedy: usual } = problemCatalog[code];
  return { status, code, field: field ?? null, message: `${sentence(detail ?? title)} ${remedy ?? usual}` };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Null: it is no one's fault but the server's. */
export function refusalFromError(error: unknown): Refusal | null {
  const problem = error instanceof InvalidRequest ? error.problem : problemFromError(error);
  return problem && refusalOf(problem);
}
