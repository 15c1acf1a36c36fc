/** Rows as one flat array: copied between threads far faster than objects. */
export type FlatValue = number | string | null;
export type FlatValues = readonly FlatValue[];

/** Calls `each` with every row of `width` values. */
export function forEachRow(values: FlatValues, width: number, each: (row: FlatValue[]) => void): void {
  for (let at = 0; at < values.length; at += width) each(values.slice(at, at + width));
}

export function mapRows<Row>(values: FlatValues, width: number, each: (row: FlatValue[]) => Row): Row[] {
  const rows: Row[] = [];
  forEachRow(values, width, (row) => void rows.push(each(row)));
  return rows;
}
