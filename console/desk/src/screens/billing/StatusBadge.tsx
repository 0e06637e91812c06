import { Badge } from "@mantine/core";
import type { InvoiceStatus } from "../../gql/graphql";
import { INVOICE_STATUS } from "../../labels";
import { useSay } from "../../say";

const COLOURS: Record<InvoiceStatus, string> = { DRAFT: "gray.7", SENT: "blue.8", OVERDUE: "red.8", PAID: "#1f6b2e", CANCELLED: "gray.8" };

export function StatusBadge({ status }: { status: InvoiceStatus }) {
  const say = useSay();
  return (
    <Badge color={COLOURS[status]} variant={status === "DRAFT" ? "outline" : "filled"} tt="none">
      {say(INVOICE_STATUS[status])}
    </Badge>
  );
}
