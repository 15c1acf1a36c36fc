/** The small company whose telephone traffic is played. All its numbers lie in ranges reserved for fiction. */
import type { Party } from '../../model/call.ts';
import type { Draw } from './draw.ts';

export interface Colleague {
  readonly extension: string;
  readonly user: string;
  readonly name: string;
  /** Own outside number. */
  readonly did: string;
  readonly isAgent: boolean;
}

export interface Queue {
  readonly id: string;
  readonly name: string;
  readonly extension: string;
  readonly did: string;
}

const colleague = (extension: string, user: string, name: string, isAgent: boolean): Colleague => ({
  extension,
  user,
  name,
  did: `+13125550${extension}`,
  isAgent,
});

export const colleagues = [
  colleague('101', 'anna', 'Anna Keller', false),
  colleague('102', 'bob', 'Bob Marsh', false),
  colleague('103', 'chloe', 'Chloe Dubois', false),
  colleague('104', 'dan', 'Dan Okafor', true),
  colleague('105', 'elena', 'Elena Petrova', true),
  colleague('106', 'farid', 'Farid Haddad', true),
  colleague('107', 'grace', 'Grace Lin', true),
  colleague('108', 'hugo', 'Hugo Santos', false),
] as const;

export const agents: readonly Colleague[] = colleagues.filter(({ isAgent }) => isAgent);

export const queue: Queue = { id: 'support', name: 'Support', extension: '600', did: '+13125550100' };
export const trunk = 'carrier-1';

const firstNames = [
  'Alice',
  'Ben',
  'Carla',
  'David',
  'Emma',
  'Frank',
  'Gita',
  'Henry',
  'Ines',
  'Jonas',
  'Kira',
  'Liam',
  'Maya',
  'Noah',
  'Olga',
  'Pablo',
] as const;
const lastNames = [
  'Ames',
  'Brandt',
  'Costa',
  'Dietrich',
  'Evans',
  'Fischer',
  'Garcia',
  'Hughes',
  'Ivanova',
  'Jensen',
  'Klein',
  'Lopez',
  'Moreau',
  'Novak',
] as const;
interface Range {
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly digits: number;
}

/** +1 555 01xx with area codes, and the ranges Ofcom keeps for film and radio. */
const ranges = [
  { prefix: '+1215555', from: 100, to: 199, digits: 4 },
  { prefix: '+1415555', from: 100, to: 199, digits: 4 },
  { prefix: '+1646555', from: 100, to: 199, digits: 4 },
  { prefix: '+1312555', from: 130, to: 199, digits: 4 },
  { prefix: '+44207946', from: 0, to: 999, digits: 4 },
  { prefix: '+447700900', from: 0, to: 999, digits: 3 },
] as const;
const hiddenShare = 0.04;
const namelessShare = 0.35;

/** Somebody outside. The same draw is the same person. */
export function outsider(draw: Draw): Party {
  const range = draw.one<Range>(ranges);
  const number = range.prefix + String(draw.between(range.from, range.to)).padStart(range.digits, '0');
  const name = `${draw.one(firstNames)} ${draw.one(lastNames)}`;
  return { number, raw: number.slice(1), name: draw.chance(namelessShare) ? null : name, kind: 'external' };
}

/** Somebody outside who calls in, perhaps without showing a number. */
export function caller(draw: Draw): Party {
  const party = outsider(draw);
  return draw.chance(hiddenShare) ? { number: null, raw: 'anonymous', name: null, kind: 'anonymous' } : party;
}

export const did = (number: string): Party => ({ number, raw: number.slice(1), name: null, kind: 'external' });

export const inside = ({ extension, name }: Colleague): Party => ({
  number: extension,
  raw: extension,
  name,
  kind: 'internal',
});
