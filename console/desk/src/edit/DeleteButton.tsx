import { Button, Text as Words } from "@mantine/core";
import { Refused } from "../../../shared/session";
import { ask } from "../api/ask";
import { told } from "../api/mistakes";
import { queries } from "../api/queries";
import { DeleteRecordDocument } from "../gql/graphql";
import { type Text, said, useSay } from "../say";
import { keptFilters } from "../shell/places";
import { confirm } from "../ui/confirm";
import { go } from "../ui/Go";
import { toast } from "../ui/toasts";

interface Props {
  record: { id: string; version: number };
  name: string;
  back: string;
  /** What goes with it. */
  along?: Text;
}

export function DeleteButton({ record, name, back, along }: Props) {
  const say = useSay();
  async function run() {
    const { deleteRecord } = await ask(DeleteRecordDocument, { input: { id: record.id, expectedVersion: record.version } });
    if (deleteRecord.userErrors.length > 0) throw new Refused(deleteRecord.userErrors.map(told).join(" "));
    toast(said([`« ${name} » est dans la corbeille.`, `“${name}” is in the bin.`]));
    await go(back, keptFilters(back));
    void queries.invalidateQueries();
  }
  return (
    <Button
      variant="subtle"
      color="var(--danger)"
      onClick={() =>
        confirm({
          title: ["Mettre à la corbeille ?", "Move to the bin?"],
          body: (
            <>
              <Words fw={600}>{name}</Words>
              {along && <Words>{say(along)}</Words>}
              <Words>{say(["On peut l’en ressortir depuis la corbeille.", "It can be taken out again from the bin."])}</Words>
            </>
          ),
          action: ["Mettre à la corbeille", "Move to the bin"],
          danger: true,
          run,
        })
      }
    >
      {say(["Supprimer", "Delete"])}
    </Button>
  );
}
