/** What the configuration is made of: settings in groups, and lists whose entries are groups of one of several kinds. */
import type { Kind } from './kinds.ts';

export interface Setting<T> {
  readonly node: 'setting';
  readonly kind: Kind<T>;
  /** Absent: it must be given. */
  readonly default?: T;
  readonly description: string;
  /** Never shown; may be written as `env:NAME` or `file:PATH`. */
  readonly secret: boolean;
  /** A second, shorter environment name besides the one made from the path. */
  readonly env?: string;
}

export interface Group<Fields extends GroupFields = GroupFields> {
  readonly node: 'group';
  readonly description: string;
  readonly fields: Fields;
}

export interface GroupFields {
  readonly [name: string]: ConfigNode;
}

/** A list of groups; `kind` in each entry says which. */
export interface Variants<Kinds extends { readonly [kind: string]: Group } = { readonly [kind: string]: Group }> {
  readonly node: 'variants';
  readonly description: string;
  readonly kinds: Kinds;
}

/** A section that is known and can't be used in this version. */
export interface Unsupported {
  readonly node: 'unsupported';
  readonly description: string;
  readonly remedy: string;
}

export type ConfigNode = Setting<unknown> | Group | Variants | Unsupported;

/** What a node gives when it was read. */
export type Read<Node> =
  Node extends Setting<infer Value>
    ? Value
    : Node extends Group<infer Fields>
      ? { readonly [Name in keyof Fields as Fields[Name] extends Unsupported ? never : Name]: Read<Fields[Name]> }
      : Node extends Variants<infer Kinds>
        ? readonly { [Name in keyof Kinds]: { readonly kind: Name } & Read<Kinds[Name]> }[keyof Kinds][]
        : never;

export function setting<T>(
  kind: Kind<T>,
  facts: {
    readonly default?: NoInfer<T>;
    readonly description: string;
    readonly secret?: boolean;
    readonly env?: string;
  },
): Setting<T> {
  return { node: 'setting', kind, secret: false, ...facts };
}

export function group<const Fields extends GroupFields>(description: string, fields: Fields): Group<Fields> {
  return { node: 'group', description, fields };
}

export function variants<const Kinds extends { readonly [kind: string]: Group }>(
  description: string,
  kinds: Kinds,
): Variants<Kinds> {
  return { node: 'variants', description, kinds };
}
