// Any list, by its declaration.

import { Button, Group, Text as Words } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useSay } from "../say";
import { keepFilters } from "../shell/places";
import { GoButton, go } from "../ui/Go";
import { Screen } from "../ui/Screen";
import { Empty, Loading, Problem } from "../ui/states";
import { BulkBar } from "./BulkBar";
import { Filters } from "./Filters";
import { RowsView } from "./RowsView";
import type { ListSpec } from "./types";

const PAGE_SIZE = 50;

export function ListScreen<Row extends { id: string }>({ spec, before }: { spec: ListSpec<Row>; before?: ReactNode }) {
  const say = useSay();
  const search = useSearch({ strict: false }) as Record<string, string>;
  keepFilters(spec.to, search);
  const page = Math.max(1, Number(search.page) || 1);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const rows = useQuery({
    queryKey: [spec.kind, "list", spec.to, search],
    queryFn: () => spec.fetch({ page, pageSize: PAGE_SIZE }, search),
    placeholderData: keepPreviousData,
  });
  const filtered = Object.keys(search).some((name) => name !== "page" && name !== "order");
  const nodes = rows.data?.nodes ?? [];
  const turn = (to: number) => void go(spec.to, { ...search, page: to > 1 ? String(to) : undefined });

  return (
    <Screen
      title={say(spec.title)}
      actions={
        <>
          {spec.actions?.(search)}
          {spec.create && <GoButton to={spec.create.to}>{say(spec.create.label)}</GoButton>}
        </>
      }
    >
      {before}
      <Filters spec={spec} search={search} />
      {spec.bulk && (
        <BulkBar rows={nodes.filter((row) => chosen.has(row.id))} bulk={spec.bulk} kind={spec.kind} done={() => setChosen(new Set())} />
      )}
      {rows.isPending && <Loading />}
      {rows.isError && <Problem error={rows.error} retry={() => void rows.refetch()} />}
      {rows.data && nodes.length === 0 && (
        <Empty title={say(filtered ? ["Rien ne correspond à ces filtres.", "Nothing matches these filters."] : spec.empty.title)}>
          {filtered ? (
            <Button variant="default" onClick={() => void go(spec.to)}>
              {say(["Effacer les filtres", "Clear the filters"])}
            </Button>
          ) : (
            <Words>{say(spec.empty.hint)}</Words>
          )}
        </Empty>
      )}
      {nodes.length > 0 && <RowsView spec={spec} rows={nodes} chosen={chosen} choose={setChosen} faded={rows.isPlaceholderData} />}
      {rows.data && nodes.length > 0 && (
        <Pager page={page} count={nodes.length} total={rows.data.totalCount} turn={turn} />
      )}
    </Screen>
  );
}

function Pager({ page, count, total, turn }: { page: number; count: number; total: number; turn: (to: number) => void }) {
  const say = useSay();
  const first = (page - 1) * PAGE_SIZE + 1;
  const last = first + count - 1;
  return (
    <Group justify="space-between" component="nav" aria-label={say(["Pages", "Pages"])}>
      <Words size="sm" c="var(--quiet)">
        {say([`${first} à ${last} sur ${total}`, `${first} to ${last} of ${total}`])}
      </Words>
      {total > PAGE_SIZE && (
        <Group gap="xs">
          <Button variant="default" size="sm" disabled={page === 1} onClick={() => turn(page - 1)}>
            {say(["Précédents", "Previous"])}
          </Button>
          <Button variant="default" size="sm" disabled={last >= total} onClick={() => turn(page + 1)}>
            {say(["Suivants", "Next"])}
          </Button>
        </Group>
      )}
    </Group>
  );
}
