import { Badge } from "@mantine/core";
import type { LeadStatus } from "../../gql/graphql";
import { LEAD_STATUS } from "../../labels";
import { useSay } from "../../say";

const COLOURS: Record<LeadStatus, string> = { NEW: "blue.8", CONTACTED: "violet.8", CONVERTED: "#1f6b2e", LOST: "gray.8" };

export function LeadBadge({ status }: { status: LeadStatus }) {
  const say = useSay();
  return (
    <Badge color={COLOURS[status]} tt="none">
      {say(LEAD_STATUS[status])}
    </Badge>
  );
}
