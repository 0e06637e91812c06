// Rows: a table where there is room, cards where there isn't. The first column is the link, and all of the row leads
// where it does.

import { Checkbox } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useSay } from "../say";
import { Go } from "../ui/Go";
import type { ListSpec } from "./types";

interface Props<Row extends { id: string }> {
  spec: Pick<ListSpec<Row>, "columns" | "link" | "strong" | "rowActions" | "bulk" | "title">;
  rows: Row[];
  chosen?: ReadonlySet<string>;
  choose?: (chosen: ReadonlySet<string>) => void;
  faded?: boolean;
}

export function RowsView<Row extends { id: string }>(props: Props<Row>) {
  const say = useSay();
  const narrow = useMediaQuery("(max-width: 40em)", undefined, { getInitialValueInEffect: false });
  if (props.rows.length === 0) return <p className="quiet">{say(["Aucun pour le moment.", "None yet."])}</p>;
  return narrow ? <Cards {...props} /> : <Table {...props} />;
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

function Table<Row extends { id: string }>({ spec, rows, chosen, choose, faded }: Props<Row>) {
  const say = useSay();
  const selects = spec.bulk && chosen && choose;
  return (
    <div className="table-frame" tabIndex={0} role="group" aria-label={say(spec.title)}>
      <table className={faded ? "list faded" : "list"}>
        <thead>
          <tr>
            {selects && (
              <th>
                <Checkbox
                  aria-label={say(["Tout choisir", "Choose all"])}
                  checked={rows.every((row) => chosen.has(row.id))}
                  indeterminate={chosen.size > 0 && !rows.every((row) => chosen.has(row.id))}
                  onChange={(event) => choose(new Set(event.currentTarget.checked ? rows.map((row) => row.id) : []))}
                />
              </th>
            )}
            {spec.columns.map((column) => (
              <th key={column.label[0]} scope="col" className={column.figure ? "figure" : undefined}>
                {say(column.label)}
              </th>
            ))}
            {spec.rowActions && <th>{say(["Actions", "Actions"])}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={spec.strong?.(row) ? "strong" : undefined}>
              {selects && (
                <td className="above">
                  <Checkbox
                    aria-label={say(["Choisir cette ligne", "Choose this row"])}
                    checked={chosen.has(row.id)}
                    onChange={() => choose(toggled(chosen, row.id))}
                  />
                </td>
              )}
              {spec.columns.map((column, n) => (
                <td key={column.label[0]} className={column.figure ? "figure" : undefined}>
                  {n === 0 && spec.link ? (
                    <Go to={spec.link(row)} className="row-link">
                      {column.cell(row)}
                    </Go>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
              {spec.rowActions && <td className="above">{spec.rowActions(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards<Row extends { id: string }>({ spec, rows, chosen, choose, faded }: Props<Row>) {
  const say = useSay();
  const [first, ...others] = spec.columns;
  return (
    <ul className={faded ? "cards faded" : "cards"}>
      {rows.map((row) => (
        <li key={row.id} className={spec.strong?.(row) ? "strong" : undefined}>
          <div className="card-head">
            {spec.link ? (
              <Go to={spec.link(row)} className="row-link">
                {first?.cell(row)}
              </Go>
            ) : (
              <span>{first?.cell(row)}</span>
            )}
            {spec.bulk && chosen && choose && (
              <Checkbox
                className="above"
                size="md"
                aria-label={say(["Choisir cette ligne", "Choose this row"])}
                checked={chosen.has(row.id)}
                onChange={() => choose(toggled(chosen, row.id))}
              />
            )}
          </div>
          <dl>
            {others
              .filter((column) => !column.wideOnly)
              .map((column) => {
                const value = column.cell(row);
                return (
                  value !== null &&
                  value !== "" && (
                    <div key={column.label[0]}>
                      <dt>{say(column.label)}</dt>
                      <dd>{value}</dd>
                    </div>
                  )
                );
              })}
          </dl>
          {spec.rowActions && <div className="above">{spec.rowActions(row)}</div>}
        </li>
      ))}
    </ul>
  );
}
