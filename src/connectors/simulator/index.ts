export { createSimulator } from './simulator.ts';
export type { SimulatorOptions } from './options.ts';
