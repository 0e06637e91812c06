import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/ask";
import { RecordHistoryDocument } from "../../gql/graphql";
import { useSay } from "../../say";
import { HistoryEntries } from "../house/HistoryEntries";
import { Panel } from "../../ui/Panel";
import { Loading } from "../../ui/states";

/** Who changed what of one record. */
export function History({ id }: { id: string }) {
  const say = useSay();
  const { data } = useQuery({ queryKey: ["history", "of", id], queryFn: () => ask(RecordHistoryDocument, { id }) });
  return <Panel title={say(["Historique", "History"])}>{data ? <HistoryEntries entries={data.auditLog.nodes} /> : <Loading rows={2} />}</Panel>;
}
