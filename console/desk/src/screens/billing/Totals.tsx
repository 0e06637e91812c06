import { useLanguage, useSay } from "../../say";
import { currencyOf } from "./LinesField";
import { type Line, amount, totals } from "./lines";

/** What the lines come to while they are typed. */
export function Totals({ values }: { values: Record<string, unknown> }) {
  const say = useSay();
  const language = useLanguage();
  const currency = currencyOf(values);
  const sums = totals(
    (values.items as Line[] | undefined) ?? [],
    String(values.taxPercentage ?? ""),
    String(values.advancePayment ?? ""),
    currency,
  );
  const rows = [
    [say(["Total HT", "Subtotal"]), sums.subtotal],
    [say(["TVA", "Tax"]), sums.taxAmount],
    [say(["Total TTC", "Total with tax"]), sums.ttc],
    [say(["Net à payer", "Net to pay"]), sums.netToPay],
  ] as const;
  return (
    <dl className="facts totals" aria-live="polite">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="figure">{amount(value, currency, language)}</dd>
        </div>
      ))}
    </dl>
  );
}
