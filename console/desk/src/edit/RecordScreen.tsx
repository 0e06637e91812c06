// One record's page: read by its id, live, and gone politely when it is gone.

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Kind } from "../api/queries";
import { useSay } from "../say";
import { Screen } from "../ui/Screen";
import { Empty, Loading, Problem } from "../ui/states";

interface Props<Row> {
  kind: Kind;
  id: string;
  back: { to: string; label: string };
  load(id: string): Promise<Row | null | undefined>;
  title(row: Row): string;
  badge?(row: Row): ReactNode;
  actions?(row: Row): ReactNode;
  children(row: Row): ReactNode;
}

export function RecordScreen<Row>({ kind, id, back, load, title, badge, actions, children }: Props<Row>) {
  const say = useSay();
  const { data: row, ...query } = useQuery({ queryKey: [kind, "one", id], queryFn: async () => (await load(id)) ?? null });
  return (
    <Screen title={row ? title(row) : back.label} back={back} badge={row && badge?.(row)} actions={row && actions?.(row)}>
      {query.isPending && <Loading />}
      {query.isError && !row && <Problem error={query.error} retry={() => void query.refetch()} />}
      {row === null && (
        <Empty title={say(["Introuvable", "Not found"])}>
          {say(["Cela n’existe plus : regardez dans la corbeille.", "It isn’t there any more: look in the bin."])}
        </Empty>
      )}
      {row && children(row)}
    </Screen>
  );
}
