// Leads by their state: dragged from one to the next, or moved by the buttons on each.

import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Refused } from "../../../../shared/session";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { queries, stale } from "../../api/queries";
import { moment } from "../../format";
import { LeadBoardDocument, type LeadBoardQuery, type LeadRowFragment, type LeadStatus, UpdateLeadDocument } from "../../gql/graphql";
import { LEAD_STATUS } from "../../labels";
import { Filters } from "../../list/Filters";
import { useSay } from "../../say";
import { Go, GoButton, go } from "../../ui/Go";
import { Screen } from "../../ui/Screen";
import { Loading, Problem } from "../../ui/states";
import { toast } from "../../ui/toasts";

const COLUMNS = ["new", "contacted", "converted", "lost"] as const;
const STATUS: Record<(typeof COLUMNS)[number], LeadStatus> = { new: "NEW", contacted: "CONTACTED", converted: "CONVERTED", lost: "LOST" };
const NEXT: Record<LeadStatus, LeadStatus[]> = { NEW: ["CONTACTED", "LOST"], CONTACTED: ["NEW", "LOST"], LOST: ["CONTACTED"], CONVERTED: [] };

export function Board({ title, search }: { title: string; search: string }) {
  const say = useSay();
  const key = ["leads", "board", search];
  const board = useQuery({ queryKey: key, queryFn: () => ask(LeadBoardDocument, { search: search || null }) });
  const [dragged, setDragged] = useState<LeadRowFragment | null>(null);

  async function move(lead: LeadRowFragment, status: LeadStatus): Promise<void> {
    if (lead.status === status) return;
    if (status === "CONVERTED") return go(`/demandes/${lead.id}/convertir`);
    queries.setQueryData<LeadBoardQuery>(key, (old) => old && moved(old, lead, status));
    try {
      const { updateLead } = await ask(UpdateLeadDocument, { input: { id: lead.id, expectedVersion: lead.version, patch: { status } } });
      checkWhole(updateLead.userErrors);
    } catch (error) {
      toast(error instanceof Refused ? error.message : String(error));
    }
    stale("leads", "dashboard");
  }

  return (
    <Screen
      title={title}
      actions={
        <>
          <GoButton variant="default" to="/demandes" search={{ q: search }}>
            {say(["Liste", "List"])}
          </GoButton>
          <GoButton to="/demandes/nouvelle">{say(["Nouvelle demande", "New lead"])}</GoButton>
        </>
      }
    >
      <Filters
        spec={{ to: "/demandes", filters: [{ name: "q", label: ["Nom, téléphone, e-mail", "Name, phone, e-mail"], kind: "search" }] }}
        search={{ q: search, view: "board" }}
      />
      {board.isPending && <Loading />}
      {board.isError && <Problem error={board.error} retry={() => void board.refetch()} />}
      {board.data && (
        <div className="board">
          {COLUMNS.map((column) => {
            const { nodes, totalCount } = board.data[column];
            const status = STATUS[column];
            return (
              <section
                key={column}
                aria-label={say(LEAD_STATUS[status])}
                className={dragged && dragged.status !== status ? "target" : undefined}
                onDragOver={(event) => dragged && event.preventDefault()}
                onDrop={() => dragged && void move(dragged, status)}
              >
                <h2>
                  {say(LEAD_STATUS[status])} <small>{totalCount}</small>
                </h2>
                {nodes.map((lead) => (
                  <Card key={lead.id} lead={lead} move={move} drag={setDragged} />
                ))}
              </section>
            );
          })}
        </div>
      )}
    </Screen>
  );
}

interface CardProps {
  lead: LeadRowFragment;
  move(lead: LeadRowFragment, status: LeadStatus): Promise<void>;
  drag(lead: LeadRowFragment | null): void;
}

function Card({ lead, move, drag }: CardProps) {
  const say = useSay();
  return (
    <article draggable={lead.status !== "CONVERTED"} onDragStart={() => drag(lead)} onDragEnd={() => drag(null)} className={lead.isRead ? undefined : "strong"}>
      <Go to={`/demandes/${lead.id}`} className="row-link">
        {lead.name}
      </Go>
      <p className="quiet">
        {lead.phoneFormatted}
        {lead.assignee && ` · ${lead.assignee.name}`}
        <br />
        {moment(lead.createdAt)}
      </p>
      {lead.status !== "CONVERTED" && (
        <Group gap={4} className="above">
          {NEXT[lead.status].map((status) => (
            <Button key={status} size="compact-xs" variant="default" aria-label={`${lead.name} : ${say(LEAD_STATUS[status])}`} onClick={() => void move(lead, status)}>
              {say(LEAD_STATUS[status])}
            </Button>
          ))}
          <Button size="compact-xs" aria-label={`${lead.name} : ${say(["Convertir", "Convert"])}`} onClick={() => void move(lead, "CONVERTED")}>
            {say(["Convertir", "Convert"])}
          </Button>
        </Group>
      )}
    </article>
  );
}

/** As it will be, before the server has said so. */
function moved(board: LeadBoardQuery, lead: LeadRowFragment, status: LeadStatus): LeadBoardQuery {
  const next = { ...board };
  for (const column of COLUMNS) {
    const { nodes, totalCount } = board[column];
    if (STATUS[column] === lead.status) next[column] = { totalCount: totalCount - 1, nodes: nodes.filter((it) => it.id !== lead.id) };
    if (STATUS[column] === status) next[column] = { totalCount: totalCount + 1, nodes: [{ ...lead, status }, ...nodes] };
  }
  return next;
}
