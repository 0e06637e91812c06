// The lines of an invoice: as typed, as pasted from a spreadsheet, and what they come to. The server's figures are the
// ones that count; these are shown while somebody types, by the same rule: lines round first, then the tax once, half
// away from zero, to the currency's decimals.

import { decimal } from "../../format";
import type { CurrencyCode, InvoiceItemInput } from "../../gql/graphql";

export interface Line {
  /** Of the line that the server has already. */
  id?: string;
  description: string;
  quantity: string;
  unitPrice: string;
}

export const EMPTY: Line = { description: "", quantity: "1", unitPrice: "" };

export const isBlank = (line: Line): boolean => !line.description.trim() && !line.unitPrice.trim();

export const toItems = (lines: Line[]): InvoiceItemInput[] =>
  lines
    .filter((line) => !isBlank(line))
    .map(({ id, description, quantity, unitPrice }) => ({
      ...(id ? { id } : {}),
      description: description.trim(),
      quantity: decimal(quantity) || "0",
      unitPrice: decimal(unitPrice) || "0",
    }));

/** Rows of description, quantity and price; or description and price; tabs between. Null: an ordinary text. */
export function fromSpreadsheet(text: string): Line[] | null {
  if (!text.includes("\t")) return null;
  const rows = text.replace(/\r/g, "").split("\n").map((row) => row.split("\t").map((cell) => cell.trim())).filter((row) => row.some(Boolean));
  return rows.map((row) => {
    const numbers = row.slice(1).filter((cell) => /^-?[\d\s\u00a0\u202f.,]+$/.test(cell) && /\d/.test(cell)).map(plainNumber);
    const [first = "", second] = numbers;
    return second === undefined
      ? { description: row[0] ?? "", quantity: "1", unitPrice: first }
      : { description: row[0] ?? "", quantity: first, unitPrice: second };
  });
}

/**
 * `1.250.000,50` and `1,250,000.50` as `1250000.50`: the last mark is the decimal one, unless it stands more than once.
 * A lone point before three digits groups thousands here: `95.000` is what a slab costs, not what it weighs.
 */
function plainNumber(cell: string): string {
  const text = cell.replace(/[\s\u00a0\u202f]/g, "");
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  const mark = text[last];
  if (!mark) return text;
  const groups = text.indexOf(mark) !== last || /^\d{1,3}\.\d{3}$/.test(text);
  if (groups) return text.replace(/[.,]/g, "");
  return `${text.slice(0, last).replace(/[.,]/g, "")}.${text.slice(last + 1)}`;
}

const DECIMALS: Record<CurrencyCode, number> = { XOF: 0, EUR: 2, USD: 2 };

/** A typed number, times ten to the power of `places`; null when it isn't one or has more decimals. */
function scaled(typed: string, places: number): bigint | null {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(decimal(typed || "0"));
  const [, sign, whole = "", part = ""] = match ?? [];
  if (!match || part.length > places || !(whole || part)) return null;
  const value = BigInt((whole || "0") + part.padEnd(places, "0"));
  return sign ? -value : value;
}

function divided(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return (value < 0n ? value - half : value + half) / by;
}

/** Amounts as whole numbers of the currency's smallest unit; null while a number can't be read. */
export function totals(lines: Line[], tax: string, advance: string, currency: CurrencyCode) {
  const places = DECIMALS[currency];
  const unit = 10n ** BigInt(5 - places);
  const each = lines.map((line) => {
    const quantity = scaled(line.quantity, 3);
    const price = scaled(line.unitPrice, 2);
    return quantity === null || price === null ? null : divided(quantity * price, unit);
  });
  const subtotal = each.reduce<bigint>((sum, it) => sum + (it ?? 0n), 0n);
  const taxAmount = divided(subtotal * (scaled(tax, 2) ?? 0n), 10_000n);
  const ttc = subtotal + taxAmount;
  const paid = divided((scaled(advance, 2) ?? 0n) * 10n ** BigInt(places), 100n);
  return { each, subtotal, taxAmount, ttc, netToPay: ttc - paid };
}

export function amount(value: bigint, currency: CurrencyCode, language: string): string {
  const places = DECIMALS[currency];
  const number = Number(value) / 10 ** places;
  const text = new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places }).format(number);
  return `${text} ${currency === "XOF" ? "F CFA" : currency}`;
}
