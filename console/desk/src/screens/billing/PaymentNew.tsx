import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { ask } from "../../api/ask";
import { stale } from "../../api/queries";
import { Editor } from "../../edit/Editor";
import type { AnyField, Field } from "../../edit/types";
import { today, typed } from "../../format";
import { PayableInvoiceDocument, type PaymentRowFragment, RecordPaymentDocument, type RecordPaymentInput } from "../../gql/graphql";
import { PAYMENT_MODE, locale, options } from "../../labels";
import { useSay } from "../../say";
import { go } from "../../ui/Go";
import { Screen } from "../../ui/Screen";
import { Loading, Problem } from "../../ui/states";
import { findPayableInvoices, findProjects, pickedInvoice, pickedProject } from "./find";

const fields = [
  { name: "projectId", label: ["Chantier", "Project"], kind: "pick", required: true, find: findProjects },
  {
    name: "invoiceId",
    label: ["Facture", "Invoice"],
    kind: "pick",
    find: findPayableInvoices,
    hint: ["Laissez vide pour un acompte.", "Leave it empty for an advance."],
  },
  { name: "amount", label: ["Montant", "Amount"], kind: "decimal", required: true, half: true },
  { name: "paidOn", label: ["Reçu le", "Received on"], kind: "date", required: true, half: true },
  { name: "mode", label: ["Mode", "How"], kind: "select", required: true, options: options(PAYMENT_MODE), half: true },
  { name: "reference", label: ["Référence", "Reference"], kind: "text", max: 500, half: true },
] satisfies Field<RecordPaymentInput>[];

export function PaymentNew() {
  const say = useSay();
  const { invoice: id } = useSearch({ strict: false }) as { invoice?: string };
  const start = useQuery({
    queryKey: ["invoices", "payable", id ?? null],
    queryFn: async () => (id ? ((await ask(PayableInvoiceDocument, { id, locale: locale() })).invoice ?? null) : null),
    staleTime: 0,
  });
  return (
    <Screen title={say(["Enregistrer un paiement", "Record a payment"])} back={{ to: "/paiements", label: say(["Paiements", "Payments"]) }}>
      {start.isPending && <Loading />}
      {start.isError && <Problem error={start.error} retry={() => void start.refetch()} />}
      {start.isSuccess && (
        <Editor<PaymentRowFragment>
          fields={fields as unknown as AnyField[]}
          loaded={null}
          initial={{
            projectId: start.data ? pickedProject(start.data.project) : null,
            invoiceId: start.data ? pickedInvoice(start.data) : null,
            amount: typed(start.data?.balance.amount),
            paidOn: today(),
            mode: "TRANSFER",
          }}
          read={(payment) => ({ version: payment.version, values: {} })}
          save={async (patch, _, idempotencyKey) => {
            const input = { ...patch, idempotencyKey } as unknown as RecordPaymentInput;
            const { recordPayment } = await ask(RecordPaymentDocument, { input, locale: locale() });
            return { row: recordPayment.payment, userErrors: recordPayment.userErrors };
          }}
          done={(payment) => {
            stale("payments", "invoices", "projects", "dashboard");
            void go(`/paiements/${payment.id}`, {}, true);
          }}
        />
      )}
    </Screen>
  );
}
