import { Badge, Button, Progress, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { NewPage, type NewSpec, RecordPage, type RecordSpec } from "../../edit/record";
import type { AnyField, Field } from "../../edit/types";
import { day, local, moment, typed } from "../../format";
import {
  CloseProjectDocument, CreateProjectDocument, type CreateProjectInput, FindOneClientDocument, ProjectAroundDocument, ProjectDocument,
  type ProjectFullFragment, type ProjectOrder, type ProjectPatch, type ProjectPhase, type ProjectRowFragment, ProjectsDocument,
  ReopenProjectDocument, UpdateProjectDocument, type CurrencyCode,
} from "../../gql/graphql";
import { PHASE, locale, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import { RowsView } from "../../list/RowsView";
import type { ListSpec } from "../../list/types";
import { type Text, said, useSay } from "../../say";
import { ActButton } from "../../ui/ActButton";
import { Go, GoButton } from "../../ui/Go";
import { Panel } from "../../ui/Panel";
import { Loading } from "../../ui/states";
import { InvoiceRows } from "../billing/InvoiceRows";
import { paymentColumns } from "../billing/PaymentList";
import { findClients, picked } from "../find";
import { History } from "./History";
import { UpdateCards } from "./UpdateCards";

const list: ListSpec<ProjectRowFragment> = {
  kind: "projects",
  to: "/chantiers",
  title: ["Chantiers", "Projects"],
  async fetch(page, search) {
    const filter = {
      search: search.q || null,
      phase: (search.phase as ProjectPhase) || null,
      closed: search.closed ? search.closed === "yes" : null,
    };
    return (await ask(ProjectsDocument, { ...page, filter, orderBy: orderOf<ProjectOrder>(search) })).projects;
  },
  link: (row) => `/chantiers/${row.id}`,
  create: { to: "/chantiers/nouveau", label: ["Nouveau chantier", "New project"] },
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.name },
    { label: ["Client", "Client"], cell: (row) => row.client.name },
    { label: ["Phase", "Phase"], cell: (row) => (row.closedAt ? <Closed /> : said(PHASE[row.currentPhase])) },
    { label: ["Avancement", "Progress"], cell: (row) => <Bar project={row} /> },
    { label: ["Fin prévue", "Expected end"], cell: (row) => day(row.estimatedCompletion), wideOnly: true },
    { label: ["Dernière actualité", "Latest news"], cell: (row) => moment(row.latestUpdate?.postedAt) || said(["aucune", "none"]) },
  ],
  filters: [
    { name: "q", label: ["Nom", "Name"], kind: "search" },
    { name: "phase", label: ["Phase", "Phase"], kind: "select", options: options(PHASE) },
    { name: "closed", label: ["Clos", "Closed"], kind: "select", options: [["no", ["En cours", "Open"]], ["yes", ["Clos", "Closed"]]] },
  ],
  orders: [
    ["", ["Les plus récents", "Newest"]],
    ["NAME:ASC", ["Nom", "Name"]],
    ["PROGRESS:DESC", ["Avancement", "Progress"]],
    ["ESTIMATED_COMPLETION:ASC", ["Fin la plus proche", "Ending soonest"]],
  ],
  empty: {
    title: ["Pas encore de chantier.", "No project yet."],
    hint: ["Un chantier appartient à un client : créez-le d’abord, ou convertissez une demande.", "A project belongs to a client: make one first, or convert a lead."],
  },
};

function Closed() {
  const say = useSay();
  return (
    <Badge color="gray.8" tt="none">
      {say(["Clos", "Closed"])}
    </Badge>
  );
}

function Bar({ project }: { project: { name: string; progressPercentage: number } }) {
  return (
    <span className="progress">
      <Progress value={project.progressPercentage} aria-label={project.name} />
      {project.progressPercentage} %
    </span>
  );
}

const CURRENCY: Record<CurrencyCode, Text> = { XOF: ["Franc CFA", "CFA franc"], EUR: ["Euro", "Euro"], USD: ["Dollar", "Dollar"] };

const fields = [
  { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200 },
  { name: "currentPhase", label: ["Phase", "Phase"], kind: "select", required: true, options: options(PHASE), half: true },
  { name: "progressPercentage", label: ["Avancement (%)", "Progress (%)"], kind: "integer", half: true },
  { name: "startDate", label: ["Début", "Start"], kind: "date", half: true },
  { name: "estimatedCompletion", label: ["Fin prévue", "Expected end"], kind: "date", half: true },
  { name: "totalQuote", label: ["Devis", "Quote"], kind: "decimal", half: true },
  {
    name: "currency",
    label: ["Monnaie", "Currency"],
    kind: "select",
    required: true,
    options: options(CURRENCY),
    half: true,
    hint: ["Fixée dès la première facture ou le premier paiement.", "Fixed once there is an invoice or a payment."],
  },
  { name: "clientId", label: ["Client", "Client"], kind: "pick", required: true, find: findClients },
] satisfies Field<ProjectPatch & CreateProjectInput>[];

const page: RecordSpec<ProjectFullFragment> = {
  kind: "projects",
  to: "/chantiers",
  list: ["Chantiers", "Projects"],
  load: async (id) => (await ask(ProjectDocument, { id, locale: locale() })).project,
  name: (project) => project.name,
  badge: (project) => project.closedAt && <Closed />,
  fields: fields as unknown as AnyField[],
  read: (project) => ({
    version: project.version,
    values: {
      name: project.name,
      currentPhase: project.currentPhase,
      progressPercentage: String(project.progressPercentage),
      startDate: project.startDate ?? "",
      estimatedCompletion: project.estimatedCompletion ?? "",
      totalQuote: typed(project.totalQuote.amount),
      currency: project.totalQuote.currency,
      clientId: picked(project.client),
    },
  }),
  async update(id, expectedVersion, patch) {
    const { updateProject } = await ask(UpdateProjectDocument, { input: { id, expectedVersion, patch }, locale: locale() });
    return { row: updateProject.project, userErrors: updateProject.userErrors };
  },
  touches: ["dashboard", "invoices", "history"],
  actions: (project) => <Actions project={project} />,
  above: (project) => <Summary project={project} />,
  below: (project) => <Around id={project.id} />,
  along: ["Ses actualités et ses brouillons vont avec.", "Its updates and drafts go along."],
};

function Actions({ project }: { project: ProjectFullFragment }) {
  const say = useSay();
  async function turn(): Promise<void> {
    const input = { id: project.id, expectedVersion: project.version };
    const answer = project.closedAt
      ? (await ask(ReopenProjectDocument, { input })).reopenProject
      : (await ask(CloseProjectDocument, { input })).closeProject;
    checkWhole(answer.userErrors);
    stale("projects", "dashboard");
  }
  return (
    <>
      {project.statementUrl && (
        <Button component="a" href={local(project.statementUrl)} target="_blank" rel="noreferrer" variant="default">
          {say(["Relevé (PDF)", "Statement (PDF)"])}
        </Button>
      )}
      <ActButton run={turn}>{project.closedAt ? say(["Rouvrir", "Reopen"]) : say(["Clore", "Close"])}</ActButton>
    </>
  );
}

function Summary({ project }: { project: ProjectFullFragment }) {
  const say = useSay();
  return (
    <div className="stack">
      <p className="quiet">
        <Go to={`/clients/${project.client.id}`}>{project.client.name}</Go> · {say(PHASE[project.currentPhase])} ·{" "}
        {say(["devis", "quote"])} {project.totalQuote.formatted} · {say(["payé", "paid"])} {project.amountPaid.formatted} · {say(["reste", "left"])}{" "}
        {project.balance.formatted}
      </p>
      <Bar project={project} />
    </div>
  );
}

/** News, invoices, payments, history. */
function Around({ id }: { id: string }) {
  const say = useSay();
  const { data } = useQuery({ queryKey: ["updates", "project", id], queryFn: () => ask(ProjectAroundDocument, { id, locale: locale() }) });
  if (!data?.project) return data ? null : <Loading rows={3} />;
  const { updates, invoices, payments } = data.project;
  return (
    <>
      <Panel
        title={say(["Actualités", "News"])}
        actions={
          <GoButton size="sm" variant="default" to="/photos">
            {say(["Poster des photos", "Post photos"])}
          </GoButton>
        }
      >
        <UpdateCards updates={updates.nodes} />
      </Panel>
      <Panel
        title={say(["Factures", "Invoices"])}
        actions={
          <GoButton size="sm" variant="default" to="/factures/nouvelle" search={{ project: id }}>
            {say(["Nouvelle facture", "New invoice"])}
          </GoButton>
        }
      >
        <InvoiceRows rows={invoices.nodes} empty={say(["Pas encore de facture.", "No invoice yet."])} />
      </Panel>
      {payments.nodes.length > 0 && (
        <Panel title={say(["Paiements", "Payments"])}>
          <RowsView rows={payments.nodes} spec={{ title: ["Paiements", "Payments"], columns: paymentColumns, link: (it) => `/paiements/${it.id}` }} />
        </Panel>
      )}
      <History id={id} />
    </>
  );
}

const fresh: NewSpec<ProjectFullFragment> = {
  kind: "projects",
  to: "/chantiers",
  list: ["Chantiers", "Projects"],
  title: ["Nouveau chantier", "New project"],
  fields: [fields.at(-1), ...fields.slice(0, -1)] as unknown as AnyField[],
  initial: { currentPhase: "FOUNDATION", progressPercentage: "0", currency: "XOF" },
  touches: ["clients"],
  async create(input, idempotencyKey) {
    const { createProject } = await ask(CreateProjectDocument, { input: { ...input, idempotencyKey } as unknown as CreateProjectInput, locale: locale() });
    return { row: createProject.project, userErrors: createProject.userErrors };
  },
};

export const ProjectList = () => <ListScreen spec={list} />;
export const ProjectPage = () => <RecordPage spec={page} />;

export function ProjectNew() {
  const { client } = useSearch({ strict: false }) as { client?: string };
  const known = useQuery({
    queryKey: ["clients", "pick", client],
    queryFn: async () => picked((await ask(FindOneClientDocument, { id: client! })).client),
    enabled: Boolean(client),
  });
  if (client && known.isPending) return <Skeleton height={300} />;
  return <NewPage spec={{ ...fresh, initial: { ...fresh.initial, clientId: known.data ?? null } }} />;
}
