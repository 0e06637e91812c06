import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { ask } from "../../api/ask";
import { stale } from "../../api/queries";
import { Editor } from "../../edit/Editor";
import { typed } from "../../format";
import { CreateInvoiceDocument, type CreateInvoiceInput, FindProjectsDocument, InvoiceDefaultsDocument } from "../../gql/graphql";
import { locale } from "../../labels";
import { useSay } from "../../say";
import { go } from "../../ui/Go";
import { Screen } from "../../ui/Screen";
import { Loading, Problem } from "../../ui/states";
import { pickedProject } from "./find";
import { newFields, readInvoice } from "./invoiceForm";
import { EMPTY } from "./lines";
import { Totals } from "./Totals";

export function InvoiceNew() {
  const say = useSay();
  const { project } = useSearch({ strict: false }) as { project?: string };
  const start = useQuery({
    queryKey: ["company", "invoice-defaults", project],
    queryFn: async () => {
      const [{ companyProfile }, { projects }] = await Promise.all([ask(InvoiceDefaultsDocument, {}), ask(FindProjectsDocument, { search: project ?? null })]);
      return { tax: typed(companyProfile.taxPercentage), project: project ? projects.nodes.find((it) => it.id === project) : undefined };
    },
    staleTime: 0,
  });
  return (
    <Screen title={say(["Nouvelle facture", "New invoice"])} back={{ to: "/factures", label: say(["Factures", "Invoices"]) }}>
      {start.isPending && <Loading />}
      {start.isError && <Problem error={start.error} retry={() => void start.refetch()} />}
      {start.data && (
        <Editor
          fields={newFields}
          loaded={null}
          initial={{
            projectId: start.data.project ? pickedProject(start.data.project) : null,
            taxPercentage: start.data.tax,
            items: [EMPTY],
          }}
          saveLabel={say(["Enregistrer le brouillon", "Save the draft"])}
          read={readInvoice}
          save={async (patch, _, idempotencyKey) => {
            const input = { items: [], ...patch, idempotencyKey } as unknown as CreateInvoiceInput;
            const { createInvoice } = await ask(CreateInvoiceDocument, { input, locale: locale() });
            return { row: createInvoice.invoice, userErrors: createInvoice.userErrors };
          }}
          done={(invoice) => {
            stale("invoices", "projects");
            void go(`/factures/${invoice.id}`, {}, true);
          }}
        >
          {(values) => <Totals values={values} />}
        </Editor>
      )}
    </Screen>
  );
}
