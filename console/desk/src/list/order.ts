/** `DUE_DATE:ASC` in the address as the API's order; nothing: the list's own. */
export function orderOf<Order extends { field: unknown; direction: unknown }>(search: Record<string, string>): Order | null {
  const [field, direction] = (search.order ?? "").split(":");
  return field && direction ? ({ field, direction } as Order) : null;
}
