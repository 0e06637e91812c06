// A page of a list as the schema describes it, cut out of the whole list.
const DEFAULT_SIZE = 20;

/// `edges` is the whole list. Answers the fields of the connection, or null when a cursor isn't in the list.
export function page(edges, { first, after, last, before, page: number, pageSize }) {
  const given = (value) => value !== undefined && value !== null;
  let [from, until] = [0, edges.length];
  let byCursor = false;
  let size = DEFAULT_SIZE;
  if (given(number) || given(pageSize)) {
    size = pageSize ?? DEFAULT_SIZE;
    from = Math.min(((number ?? 1) - 1) * size, edges.length);
    until = Math.min(from + size, edges.length);
  } else if (given(last) || (given(before) && !given(first) && !given(after))) {
    byCursor = true;
    until = given(before) ? place(edges, before) : edges.length;
    from = Math.max(until - (last ?? DEFAULT_SIZE), 0);
  } else {
    byCursor = given(after);
    size = first ?? DEFAULT_SIZE;
    from = byCursor ? place(edges, after) + 1 : 0;
    until = Math.min(from + size, edges.length);
  }
  const shown = edges.slice(from, until);
  const current = number ?? 1;
  const pages = Math.max(Math.ceil(edges.length / size), 1);
  return {
    edges: shown,
    nodes: shown.map((edge) => edge.node),
    totalCount: edges.length,
    pageInfo: {
      hasNextPage: until < edges.length,
      hasPreviousPage: given(number) ? current > 1 : from > 0,
      startCursor: shown[0]?.cursor ?? null,
      endCursor: shown.at(-1)?.cursor ?? null,
    },
    page: byCursor
      ? null
      : { number: current, size, count: edges.length, next: until < edges.length ? current + 1 : null, previous: current > 1 ? Math.min(current - 1, pages) : null },
  };
}

function place(edges, cursor) {
  const at = edges.findIndex((edge) => edge.cursor === cursor);
  if (at < 0) throw new Error(`no such cursor in the list: ${cursor}`);
  return at;
}
