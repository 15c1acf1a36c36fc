/** Names in lower case and values in turn: what undici takes without looking anything up. No name comes twice. */
export type HeaderList = readonly string[];

export function headerRecord(list: HeaderList): Record<string, string> {
  const record: Record<string, string> = {};
  for (let at = 0; at < list.length; at += 2) record[list[at] as string] = list[at + 1] as string;
  return record;
}
