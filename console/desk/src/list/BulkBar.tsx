// What can be done with all the chosen rows at once, with a result for each.

import { Alert, Button, Group, Text as Words } from "@mantine/core";
import { useState } from "react";
import { told } from "../api/mistakes";
import { type Kind, stale } from "../api/queries";
import { useSay } from "../say";
import { confirm } from "../ui/confirm";
import type { Bulk } from "./types";

interface Props<Row> {
  rows: Row[];
  bulk: Bulk<Row>[];
  kind: Kind;
  done: () => void;
}

interface Result {
  name: string;
  problem: string | null;
}

export function BulkBar<Row extends { id: string }>({ rows, bulk, kind, done }: Props<Row>) {
  const say = useSay();
  const [results, setResults] = useState<Result[]>([]);

  async function run(action: Bulk<Row>, fitting: Row[]) {
    const answers = await action.run(fitting);
    setResults(
      fitting.map((row) => {
        const mistakes = answers.find((it) => it.id === row.id)?.userErrors ?? [];
        return { name: action.name(row), problem: mistakes.length > 0 ? mistakes.map(told).join(" ") : null };
      }),
    );
    stale(kind, "dashboard");
    done();
  }

  if (rows.length === 0 && results.length === 0) return null;
  const failed = results.filter((it) => it.problem);
  return (
    <div className="stack">
      {rows.length > 0 && (
        <Group className="bulk" role="group" aria-label={say(["Lignes choisies", "Chosen rows"])}>
          <Words fw={600}>{say([`${rows.length} choisie(s)`, `${rows.length} chosen`])}</Words>
          {bulk.map((action) => {
            const fitting = rows.filter(action.applies);
            return (
              <Button
                key={action.label[0]}
                size="sm"
                variant="default"
                disabled={fitting.length === 0}
                onClick={() =>
                  confirm({ title: action.title, body: `${say(action.warning)} (${fitting.length})`, action: action.label, run: () => run(action, fitting) })
                }
              >
                {say(action.label)} ({fitting.length})
              </Button>
            );
          })}
        </Group>
      )}
      {results.length > 0 && (
        <Alert
          role="status"
          color={failed.length > 0 ? "red" : "green"}
          withCloseButton
          closeButtonLabel={say(["Fermer", "Close"])}
          onClose={() => setResults([])}
          title={say([`${results.length - failed.length} sur ${results.length} : c’est fait.`, `${results.length - failed.length} of ${results.length} done.`])}
        >
          <ul>
            {failed.map((it) => (
              <li key={it.name}>
                {it.name} : {it.problem}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </div>
  );
}
