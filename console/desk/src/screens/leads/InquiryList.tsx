import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { moment } from "../../format";
import {
  ExportInquiriesDocument, InquiriesDocument, type InquiryFilterInput, type InquiryOrder, type InquiryRowFragment, MarkInquiriesReadDocument,
} from "../../gql/graphql";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import type { ListSpec } from "../../list/types";
import { said } from "../../say";
import { ActButton } from "../../ui/ActButton";
import { download } from "../../ui/download";

const filterOf = (search: Record<string, string>): InquiryFilterInput => ({
  search: search.q || null,
  read: search.read ? search.read === "yes" : null,
});

const spec: ListSpec<InquiryRowFragment> = {
  kind: "inquiries",
  to: "/messages",
  title: ["Messages", "Messages"],
  async fetch(page, search) {
    return (await ask(InquiriesDocument, { ...page, filter: filterOf(search), orderBy: orderOf<InquiryOrder>(search) })).inquiries;
  },
  link: (row) => `/messages/${row.id}`,
  strong: (row) => !row.isRead,
  actions: (search) => (
    <ActButton
      run={async () => {
        const { exportInquiries } = await ask(ExportInquiriesDocument, { input: { filter: filterOf(search), separator: "SEMICOLON" } });
        checkWhole(exportInquiries.userErrors);
        if (exportInquiries.export) download(exportInquiries.export);
      }}
    >
      {said(["Exporter", "Export"])}
    </ActButton>
  ),
  columns: [
    { label: ["De", "From"], cell: (row) => row.name },
    { label: ["Objet", "Subject"], cell: (row) => row.subject },
    { label: ["E-mail", "E-mail"], cell: (row) => row.email, wideOnly: true },
    { label: ["Reçu", "Received"], cell: (row) => moment(row.createdAt) },
  ],
  filters: [
    { name: "q", label: ["Nom, objet, texte", "Name, subject, text"], kind: "search" },
    { name: "read", label: ["Lu", "Read"], kind: "select", options: [["no", ["Pas encore", "Not yet"]], ["yes", ["Oui", "Yes"]]] },
  ],
  orders: [
    ["", ["Les plus récents", "Newest"]],
    ["NAME:ASC", ["Nom", "Name"]],
  ],
  bulk: [
    {
      label: ["Marquer lus", "Mark as read"],
      title: ["Marquer comme lus ?", "Mark as read?"],
      warning: ["Ils sortent de « Aujourd’hui ».", "They leave “Today”."],
      applies: (row) => !row.isRead,
      name: (row) => `${row.name} · ${row.subject}`,
      async run(rows) {
        const { markInquiriesRead } = await ask(MarkInquiriesReadDocument, { input: { rows: rows.map(({ id }) => ({ id })), read: true } });
        checkWhole(markInquiriesRead.userErrors);
        return markInquiriesRead.results;
      },
    },
  ],
  empty: { title: ["Pas de message.", "No message."], hint: ["Ils arrivent du formulaire de contact du site web.", "They come from the website’s contact form."] },
};

export const InquiryList = () => <ListScreen spec={spec} />;
