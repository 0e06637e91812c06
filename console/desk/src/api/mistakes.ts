// Mistakes that the server finds, at the field that they belong to.

import { Refused } from "../../../shared/session";
import type { UserErrorCode } from "../gql/graphql";
import { type Text, said } from "../say";

export interface Mistake {
  code: UserErrorCode;
  message: string;
  field?: string[] | null;
}


const GENERAL: Partial<Record<UserErrorCode, Text>> = {
  REQUIRED: ["À remplir.", "Fill this in."],
  FORBIDDEN: ["Votre rôle ne le permet pas.", "Your role doesn’t allow this."],
  CONFLICT: [
    "Quelqu’un l’a modifié entre-temps. Regardez l’état actuel et recommencez.",
    "Somebody changed it meanwhile. Look at how it is now and try again.",
  ],
  RATE_LIMITED: ["Trop d’essais : attendez un peu.", "Too many attempts: wait a little."],
};

export const told = (mistake: Mistake): string => said(GENERAL[mistake.code] ?? [mistake.message, mistake.message]);

/** `["input", "patch", "items", "0", "quantity"]` as `items.0.quantity`. */
export const place = (mistake: Mistake): string =>
  (mistake.field ?? []).filter((part) => part !== "input" && part !== "patch").join(".");

/** Of a change without fields to show them at: refuses with what stood in the way. */
export function checkWhole(mistakes: Mistake[]): void {
  if (mistakes.length > 0) throw new Refused(mistakes.map(told).join(" "));
}
