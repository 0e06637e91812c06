import { Badge } from "@mantine/core";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { moment } from "../../format";
import { DeliveriesDocument, type DeliveryChannel, type DeliveryRowFragment, type DeliveryStatus, ReplayDeliveryDocument } from "../../gql/graphql";
import { CHANNEL, DELIVERY_STATUS, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import type { ListSpec } from "../../list/types";
import { said } from "../../say";
import { ActButton } from "../../ui/ActButton";
import { templateName } from "./templates";

const COLOURS: Record<DeliveryStatus, string> = { HELD: "orange.9", PENDING: "blue.8", SENT: "#1f6b2e", NO_DEVICE: "gray.8", DEAD: "red.8", CANCELLED: "gray.8" };
const replay = async (id: string) => (await ask(ReplayDeliveryDocument, { input: { id } })).replayDelivery.userErrors;
const name = (row: DeliveryRowFragment) => row.recipient?.name ?? row.address ?? templateName(row.template);

const spec: ListSpec<DeliveryRowFragment> = {
  kind: "deliveries",
  to: "/envois",
  title: ["Envois", "Deliveries"],
  async fetch(page, search) {
    const filter = { status: search.status ? [search.status as DeliveryStatus] : null, channel: (search.channel as DeliveryChannel) || null };
    return (await ask(DeliveriesDocument, { ...page, filter, direction: search.order === "ASC" ? "ASC" : "DESC" })).deliveries;
  },
  columns: [
    { label: ["À", "To"], cell: name },
    { label: ["Message", "Message"], cell: (row) => templateName(row.template) },
    { label: ["Par", "By"], cell: (row) => said(CHANNEL[row.channel]) },
    {
      label: ["État", "State"],
      cell: (row) => (
        <Badge color={COLOURS[row.status]} tt="none">
          {said(DELIVERY_STATUS[row.status])}
        </Badge>
      ),
    },
    { label: ["Pourquoi", "Why"], cell: (row) => row.lastError ?? "" },
    { label: ["Écrit", "Written"], cell: (row) => moment(row.createdAt) },
    { label: ["Envoyé", "Sent"], cell: (row) => moment(row.sentAt), wideOnly: true },
  ],
  rowActions: (row) =>
    row.status === "DEAD" && (
      <ActButton
        size="compact-sm"
        aria-label={said([`Renvoyer à ${name(row)}`, `Send again to ${name(row)}`])}
        run={async () => {
          checkWhole(await replay(row.id));
          stale("deliveries", "dashboard");
        }}
      >
        {said(["Renvoyer", "Send again"])}
      </ActButton>
    ),
  bulk: [
    {
      label: ["Renvoyer", "Send again"],
      title: ["Renvoyer ces messages ?", "Send these messages again?"],
      warning: ["Chacun est essayé à nouveau ; ce qui part ne se reprend pas.", "Each is tried again; what goes out can’t be taken back."],
      applies: (row) => row.status === "DEAD",
      name,
      async run(rows) {
        const results = [];
        for (const { id } of rows) results.push({ id, userErrors: await replay(id) });
        return results;
      },
    },
  ],
  filters: [
    { name: "status", label: ["État", "State"], kind: "select", options: options(DELIVERY_STATUS) },
    { name: "channel", label: ["Par", "By"], kind: "select", options: options(CHANNEL) },
  ],
  orders: [
    ["", ["Les plus récents", "Newest"]],
    ["ASC", ["Les plus anciens", "Oldest"]],
  ],
  empty: { title: ["Pas encore d’envoi.", "Nothing sent yet."], hint: ["Les e-mails et notifications aux clients et à l’équipe paraissent ici.", "E-mails and pushes to clients and the team appear here."] },
};

export const DeliveryList = () => <ListScreen spec={spec} />;
