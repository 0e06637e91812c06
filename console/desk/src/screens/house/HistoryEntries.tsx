import { moment } from "../../format";
import type { HistoryRowFragment } from "../../gql/graphql";
import { AUDIT_ACTION } from "../../labels";
import { useSay } from "../../say";
import { fieldName, fieldValue } from "./fields";

export function HistoryEntries({ entries }: { entries: HistoryRowFragment[] }) {
  const say = useSay();
  return (
    <ol className="timeline">
      {entries.map((entry) => (
        <li key={entry.id}>
          <small>
            {moment(entry.at)} · {entry.actor?.name ?? say(["le système", "the system"])}
          </small>
          <b>{say(AUDIT_ACTION[entry.action])}</b>
          <Changes changes={entry.changes} />
        </li>
      ))}
    </ol>
  );
}

export function Changes({ changes }: { changes: HistoryRowFragment["changes"] }) {
  if (changes.length === 0) return null;
  return (
    <details className="changes">
      <summary>{changes.map((it) => fieldName(it.field)).join(", ")}</summary>
      <ul>
        {changes.map((it) => (
          <li key={it.field}>
            <b>{fieldName(it.field)}</b> : <del>{fieldValue(it.old)}</del> → <ins>{fieldValue(it.new)}</ins>
          </li>
        ))}
      </ul>
    </details>
  );
}
