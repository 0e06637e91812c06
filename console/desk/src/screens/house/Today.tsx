// What needs somebody: each card leads to its list. Then the month in figures.

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask } from "../../api/ask";
import { day, moment } from "../../format";
import { TodayDocument, type TodayQuery } from "../../gql/graphql";
import { locale } from "../../labels";
import { useSay } from "../../say";
import { Go } from "../../ui/Go";
import { Icon, type IconName } from "../../ui/icons";
import { Screen } from "../../ui/Screen";
import { Loading, Problem } from "../../ui/states";
import { Month } from "./Month";
import { templateName } from "./templates";

export function Today() {
  const say = useSay();
  const today = useQuery({ queryKey: ["dashboard"], queryFn: () => ask(TodayDocument, { locale: locale() }) });
  return (
    <Screen title={say(["Aujourd’hui", "Today"])}>
      {today.isPending && <Loading />}
      {today.isError && !today.data && <Problem error={today.error} retry={() => void today.refetch()} />}
      {today.data && (
        <>
          <Cards data={today.data} />
          <Month billing={today.data.dashboard.billing} />
        </>
      )}
    </Screen>
  );
}

function Cards({ data }: { data: TodayQuery }) {
  const say = useSay();
  const { dashboard, overdueInvoices, drafts } = data;
  return (
    <div className="today">
      <Card icon="lead" title={say(["Nouvelles demandes", "New leads"])} count={dashboard.newLeads.totalCount} to="/demandes" search={{ status: "NEW" }}>
        {dashboard.newLeads.nodes.map((it) => (
          <Row key={it.id} to={`/demandes/${it.id}`} label={it.name} detail={moment(it.createdAt)} />
        ))}
      </Card>
      <Card icon="message" title={say(["Messages non lus", "Unread messages"])} count={dashboard.unreadInquiries.totalCount} to="/messages" search={{ read: "no" }}>
        {dashboard.unreadInquiries.nodes.map((it) => (
          <Row key={it.id} to={`/messages/${it.id}`} label={it.subject} detail={it.name} />
        ))}
      </Card>
      <Card icon="invoice" title={say(["Factures échues", "Overdue invoices"])} count={overdueInvoices.totalCount} to="/factures" search={{ status: "OVERDUE" }}>
        {overdueInvoices.nodes.map((it) => (
          <Row key={it.id} to={`/factures/${it.id}`} label={`${it.number} · ${it.clientName}`} detail={`${it.balance.formatted} · ${day(it.dueDate)}`} />
        ))}
      </Card>
      <Card icon="project" title={say(["Chantiers sans nouvelles", "Silent sites"])} count={dashboard.projectsWithoutNews.totalCount} to="/chantiers" search={{ closed: "no" }}>
        {dashboard.projectsWithoutNews.nodes.map((it) => (
          <Row
            key={it.id}
            to={`/chantiers/${it.id}`}
            label={it.name}
            detail={it.latestUpdate ? moment(it.latestUpdate.postedAt) : say(["jamais", "never"])}
          />
        ))}
      </Card>
      <Card icon="camera" title={say(["Actualités en brouillon", "Draft updates"])} count={drafts.totalCount} to="/actualites" search={{ draft: "yes" }}>
        {drafts.nodes.map((it) => (
          <Row key={it.id} to={`/actualites/${it.id}`} label={it.title} detail={it.project.name} />
        ))}
      </Card>
      <Card icon="delivery" title={say(["Envois abandonnés", "Deliveries given up"])} count={dashboard.deadDeliveries.totalCount} to="/envois" search={{ status: "DEAD" }}>
        {dashboard.deadDeliveries.nodes.map((it) => (
          <Row key={it.id} to="/envois" search={{ status: "DEAD" }} label={it.recipient?.name ?? templateName(it.template)} detail={it.lastError ?? ""} />
        ))}
      </Card>
    </div>
  );
}

interface CardProps {
  icon: IconName;
  title: string;
  count: number;
  to: string;
  search?: Record<string, string>;
  children: ReactNode;
}

function Card({ icon, title, count, to, search, children }: CardProps) {
  const say = useSay();
  return (
    <section className={count > 0 ? "today-card busy" : "today-card"} aria-label={title}>
      <Go to={to} search={search} className="today-head">
        <Icon name={icon} />
        <h2>{title}</h2>
        <b>{count}</b>
      </Go>
      {count > 0 ? <ul>{children}</ul> : <p className="quiet">{say(["Rien à faire.", "Nothing to do."])}</p>}
    </section>
  );
}

function Row({ to, search, label, detail }: { to: string; search?: Record<string, string>; label: string; detail: string }) {
  return (
    <li>
      <Go to={to} search={search}>
        {label}
      </Go>
      <small>{detail}</small>
    </li>
  );
}
