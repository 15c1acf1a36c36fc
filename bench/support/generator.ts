import type { GeneratorMethods } from '../programs/generator.ts';
import { Program } from './program.ts';

export type Generator = Program<GeneratorMethods>;

export const startGenerator = (): Promise<Generator> =>
  Program.start<GeneratorMethods>(new URL('../programs/generator.ts', import.meta.url));
