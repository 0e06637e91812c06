// Dates and figures as people here write them. Moments are the company's time, whatever this machine's clock is set to.

import { currentLanguage } from "../../shared/language";

const locale = () => (currentLanguage() === "en" ? "en-GB" : "fr-FR");
const timeZone = "Africa/Niamey";

/** `2026-11-29` as 29 nov. 2026. */
export function day(date: string | null | undefined): string {
  if (!date) return "";
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

export function moment(at: string | null | undefined): string {
  if (!at) return "";
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short", timeZone }).format(new Date(at));
}

/** Today here, as `2026-11-29`. */
export function today(): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone }).format(new Date());
}

/** What people type for a number, `1 000,50`, as the API wants it, `1000.50`. */
export const decimal = (typed: string): string => typed.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");

/** The API's `1000.50` as people write it: `1000,5`, `41 500 000`, and `18` for `18.00`. */
export function typed(value: string | null | undefined): string {
  if (!value) return "";
  const short = value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  const [whole = "", part] = short.split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  return part ? `${grouped}${currentLanguage() === "en" ? "." : ","}${part}` : grouped;
}

/** Addresses of pictures and papers on this page's own origin, whatever name the server is configured to have. */
export function local(url: string): string {
  const { pathname, search } = new URL(url, window.location.origin);
  return pathname + search;
}
