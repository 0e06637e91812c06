// Mistakes that the server finds, at the field that they belong to.

import { Refused } from "../../../shared/session";
import type { UserErrorCode } from "../gql/graphql";

export interface Mistake {
  code: UserErrorCode;
  message: string;
  field?: string[] | null;
}

/** In the person's language: the desk asks for it (`Accept-Language`). */
export const told = (mistake: Mistake): string => mistake.message;

/** `["input", "patch", "items", "0", "quantity"]` as `items.0.quantity`. */
export const place = (mistake: Mistake): string =>
  (mistake.field ?? []).filter((part) => part !== "input" && part !== "patch").join(".");

/** Of a change without fields to show them at: refuses with what stood in the way. */
export function checkWhole(mistakes: Mistake[]): void {
  if (mistakes.length > 0) throw new Refused(mistakes.map(told).join(" "));
}
