// An edit screen is a declaration too: its fields, by the names that the API's input gives them.

import type { ComponentType } from "react";
import type { Mistake } from "../api/mistakes";
import type { Options } from "../list/types";
import type { Text } from "../say";

/** What a form holds: texts as typed, choices, pictures, lists of the caller's own. */
export type Values = Record<string, unknown>;

export interface Picked {
  id: string;
  label: string;
  detail?: string;
}

export interface Picture {
  /** What is shown now. */
  url: string | null;
  /** What was sent in its place. */
  uploadId: string | null;
}

export interface FieldProps {
  value: unknown;
  change(value: unknown): void;
  /** Mistakes below the field, by what follows its name: `items.0.quantity` as `0.quantity`. */
  mistakes: Record<string, string>;
  disabled: boolean;
  values: Values;
}

interface Common<Input> {
  name: keyof Input & string;
  label: Text;
  required?: boolean;
  hint?: Text;
  /** A heading above it. */
  section?: Text;
  /** Shares its line with its neighbour where there is room. */
  half?: boolean;
  /** Asked for only then. */
  when?(values: Values): boolean;
}

export type Field<Input> = Common<Input> &
  (
    | { kind: "text" | "email" | "tel" | "url" | "long" | "markdown"; max?: number }
    | { kind: "date" | "moment" | "decimal" | "integer" | "switch" | "picture" }
    | { kind: "select"; options: Options }
    | { kind: "pick"; find(search: string): Promise<Picked[]> }
    | {
        kind: "own";
        view: ComponentType<FieldProps>;
        /** As the API wants it. */
        input(value: never): unknown;
        /** In words, for the one who must choose between two. */
        show(value: never): string;
      }
  );

export type AnyField = Field<Record<string, unknown>>;

/** A record as it was read, as a form's values. */
export interface Loaded {
  version: number;
  values: Values;
}

export interface Saved<Row> {
  row: Row | null | undefined;
  userErrors: Mistake[];
}
