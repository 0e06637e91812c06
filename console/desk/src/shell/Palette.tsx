// Ctrl-K: the screens, and what the lists know by these letters.

import { Modal, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { ask } from "../api/ask";
import { PaletteDocument } from "../gql/graphql";
import { type Text, useSay } from "../say";
import { go } from "../ui/Go";
import { Icon, type IconName } from "../ui/icons";
import { useLater, useWhenFresh } from "../ui/useLater";
import { PLACES } from "./places";

interface Hit {
  to: string;
  icon: IconName;
  label: string;
  detail: string;
}

const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const ACTIONS: { to: string; icon: IconName; label: Text }[] = [
  ...PLACES.map(({ to, icon, label }) => ({ to, icon, label })),
  { to: "/factures/nouvelle", icon: "plus", label: ["Nouvelle facture", "New invoice"] },
  { to: "/clients/nouveau", icon: "plus", label: ["Nouveau client", "New client"] },
  { to: "/chantiers/nouveau", icon: "plus", label: ["Nouveau chantier", "New project"] },
  { to: "/demandes/nouvelle", icon: "plus", label: ["Nouvelle demande", "New lead"] },
  { to: "/paiements/nouveau", icon: "plus", label: ["Enregistrer un paiement", "Record a payment"] },
];

export function Palette({ close }: { close: () => void }) {
  const say = useSay();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const search = useLater(typed.trim(), 200);
  const { data, isFetching } = useQuery({
    queryKey: ["palette", search],
    queryFn: () => ask(PaletteDocument, { search }),
    enabled: search.length >= 2,
    placeholderData: keepPreviousData,
  });

  const hits: Hit[] = ACTIONS.filter(({ label }) => plain(say(label)).includes(plain(typed.trim()))).map(({ to, icon, label }) => ({
    to,
    icon,
    label: say(label),
    detail: "",
  }));
  if (search.length >= 2 && data) {
    const found: Hit[] = [
      ...data.projects.nodes.map((it) => ({ to: `/chantiers/${it.id}`, icon: "project" as const, label: it.name, detail: it.client.name })),
      ...data.clients.nodes.map((it) => ({ to: `/clients/${it.id}`, icon: "client" as const, label: it.name, detail: it.email })),
      ...data.invoices.nodes.map((it) => ({
        to: `/factures/${it.id}`,
        icon: "invoice" as const,
        label: `${it.number ?? say(["Brouillon", "Draft"])} · ${it.subject}`,
        detail: it.clientName,
      })),
      ...data.leads.nodes.map((it) => ({ to: `/demandes/${it.id}`, icon: "lead" as const, label: it.name, detail: it.phoneFormatted })),
      ...data.inquiries.nodes.map((it) => ({ to: `/messages/${it.id}`, icon: "message" as const, label: it.name, detail: it.subject })),
    ];
    hits.unshift(...found);
  }
  const active = Math.min(chosen, hits.length - 1);
  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    void go(hit.to);
  };
  const confirm = useWhenFresh(search === typed.trim() && !isFetching, () => open(hits[active]));

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setChosen((active + step + hits.length) % Math.max(hits.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      confirm();
    }
  }

  return (
    <Modal opened onClose={close} withCloseButton={false} padding="xs" yOffset="8vh" centered={false} attributes={{ content: { "aria-label": say(["Chercher", "Search"]) } }}>
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls="palette-hits"
        aria-activedescendant={hits[active] ? `hit-${active}` : undefined}
        aria-label={say(["Chercher", "Search"])}
        placeholder={say(["Un chantier, un client, un numéro de facture, un écran…", "A project, a client, an invoice’s number, a screen…"])}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-hits" role="listbox" className="hits" aria-label={say(["Résultats", "Results"])}>
        {hits.map((hit, n) => (
          <li key={hit.to + hit.label} id={`hit-${n}`} role="option" aria-selected={n === active} onClick={() => open(hit)}>
            <Icon name={hit.icon} size={18} />
            <span>{hit.label}</span>
            <small>{hit.detail}</small>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p className="nothing">{say(["Rien ne correspond.", "Nothing matches."])}</p>}
    </Modal>
  );
}
