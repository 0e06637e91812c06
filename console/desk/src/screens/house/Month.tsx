import type { TodayQuery } from "../../gql/graphql";
import { useSay } from "../../say";
import { Go } from "../../ui/Go";
import { Panel } from "../../ui/Panel";

type Billing = TodayQuery["dashboard"]["billing"];

/** What was invoiced and paid this month, what is open, and by whom: bars drawn to one scale. */
export function Month({ billing }: { billing: Billing }) {
  const say = useSay();
  const sums = [
    [say(["Facturé ce mois", "Invoiced this month"]), billing.issuedThisMonth],
    [say(["Encaissé ce mois", "Paid this month"]), billing.paidThisMonth],
    [say(["À encaisser", "Outstanding"]), billing.outstanding],
    [say(["Échu", "Overdue"]), billing.overdue],
  ] as const;
  const largest = Math.max(...billing.byProject.map((it) => Number(it.outstanding.amount)), 1);
  return (
    <Panel title={say(["Le mois en chiffres", "The month in figures"])}>
      <dl className="sums">
        {sums.map(([label, amounts]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{amounts.map((it) => it.formatted).join(" + ") || "0"}</dd>
          </div>
        ))}
      </dl>
      {billing.byProject.length > 0 && (
        <ul className="bars" aria-label={say(["À encaisser par chantier", "Outstanding by project"])}>
          {billing.byProject.map(({ project, outstanding, overdue }) => (
            <li key={project.id}>
              <Go to={`/chantiers/${project.id}`}>{project.name}</Go>
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(100 * Number(outstanding.amount)) / largest} height="6" rx="1" className="bar-all" />
                <rect width={(100 * Number(overdue.amount)) / largest} height="6" rx="1" className="bar-late" />
              </svg>
              <span className="figure">
                {outstanding.formatted}
                {Number(overdue.amount) > 0 && say([` (échu : ${overdue.formatted})`, ` (overdue: ${overdue.formatted})`])}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
