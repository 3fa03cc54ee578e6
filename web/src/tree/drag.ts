/** What a row carries along while it is dragged: the list that it is of, and its pick. */
export interface DraggedRow extends Record<string | symbol, unknown> {
  list: string;
  pick: string;
}

/** Whether it is a row of this list. */
export function isRow(data: Record<string | symbol, unknown>, list: string): data is DraggedRow {
  return data.list === list && typeof data.pick === 'string';
}
