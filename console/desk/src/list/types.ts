// A list screen is a declaration: where its rows come from, what is shown of them, how they are filtered.

import type { ReactNode } from "react";
import type { Kind } from "../api/queries";
import type { Mistake } from "../api/mistakes";
import type { Text } from "../say";

export interface Page {
  page: number;
  pageSize: number;
}

export interface Rows<Row> {
  nodes: Row[];
  totalCount: number;
}

export interface Column<Row> {
  label: Text;
  cell(row: Row): ReactNode;
  /** Figures stand to the right. */
  figure?: boolean;
  /** Too much for a phone. */
  wideOnly?: boolean;
}

export type Options = readonly (readonly [value: string, label: Text])[];

export type Filter =
  | { name: string; label: Text; kind: "search" | "date" }
  | { name: string; label: Text; kind: "select"; options: Options };

export interface Bulk<Row> {
  label: Text;
  /** Which of the chosen rows it is about; the others are left alone. */
  applies(row: Row): boolean;
  title: Text;
  /** What becomes irreversible. */
  warning: Text;
  run(rows: Row[]): Promise<{ id: string; userErrors: Mistake[] }[]>;
  name(row: Row): string;
}

export interface ListSpec<Row extends { id: string }> {
  kind: Kind;
  to: string;
  title: Text;
  fetch(page: Page, filters: Record<string, string>): Promise<Rows<Row>>;
  columns: Column<Row>[];
  filters?: Filter[];
  orders?: Options;
  link?(row: Row): string;
  /** Stands out: not read yet, overdue. */
  strong?(row: Row): boolean;
  create?: { to: string; label: Text };
  /** Of the whole list as it is filtered: exports. */
  actions?: (filters: Record<string, string>) => ReactNode;
  /** Of one row: buttons. */
  rowActions?: (row: Row) => ReactNode;
  bulk?: Bulk<Row>[];
  empty: { title: Text; hint: Text };
}

