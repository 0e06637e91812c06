// Between what people type and what the API takes.

import { decimal } from "../format";
import { said } from "../say";
import type { AnyField, Picked, Picture, Values } from "./types";

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Empty is nothing: null takes a value away. */
export function toInput(field: AnyField, value: unknown): unknown {
  switch (field.kind) {
    case "switch":
      return Boolean(value);
    case "picture":
      return (value as Picture | null)?.uploadId ?? null;
    case "pick":
      return (value as Picked | null)?.id ?? null;
    case "own":
      return field.input(value as never);
    case "integer":
      return isEmpty(value) ? null : Number(decimal(String(value)));
    case "decimal":
      return isEmpty(value) ? null : decimal(String(value));
    case "moment":
      // The company's time zone has no summer time: one hour ahead of UTC, always.
      return isEmpty(value) ? null : new Date(`${value}:00+01:00`).toISOString();
    default:
      return isEmpty(value) ? null : String(value).trim();
  }
}

/** A moment as the field that asks for one has it. */
export function toMoment(at: string | null | undefined): string {
  if (!at) return "";
  return new Date(Date.parse(at) + 3_600_000).toISOString().slice(0, 16);
}

export const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);

/** What changed, as a patch; of a new record, what was filled in. */
export function patchOf(fields: AnyField[], base: Values | null, mine: Values): Record<string, unknown> {
  const changed = fields.filter(({ name, kind }) => (base ? !same(base[name], mine[name]) : kind === "switch" || !isEmpty(mine[name])));
  return Object.fromEntries(changed.map((field) => [field.name, toInput(field, mine[field.name])]));
}

/** In words. */
export function show(field: AnyField, value: unknown): string {
  if (isEmpty(value)) return "–";
  switch (field.kind) {
    case "switch":
      return said(value ? ["oui", "yes"] : ["non", "no"]);
    case "select": {
      const option = field.options.find(([it]) => it === value);
      return option ? said(option[1]) : String(value);
    }
    case "pick":
      return (value as Picked).label;
    case "picture":
      return said((value as Picture).uploadId ? ["nouvelle image", "new picture"] : ["image actuelle", "present picture"]);
    case "own":
      return field.show(value as never);
    default:
      return String(value);
  }
}
