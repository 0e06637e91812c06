import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/ask";
import { queries } from "../../api/queries";
import { Editor } from "../../edit/Editor";
import type { AnyField, Field, Loaded } from "../../edit/types";
import { CompanyDocument, type CompanyFullFragment, type CompanyProfilePatch, UpdateCompanyDocument } from "../../gql/graphql";
import { typed } from "../../format";
import { useSay } from "../../say";
import { Screen } from "../../ui/Screen";
import { Loading, Problem } from "../../ui/states";
import { usePerson } from "../../useSession";

const fields: Field<CompanyProfilePatch>[] = [
  { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200, half: true },
  { name: "logoUploadId", label: ["Logo", "Logo"], kind: "picture", half: true },
  { name: "address", label: ["Adresse", "Address"], kind: "long" },
  { name: "phone", label: ["Téléphone", "Phone"], kind: "tel", half: true },
  { name: "email", label: ["E-mail", "E-mail"], kind: "email", half: true },
  { name: "nif", label: ["NIF", "Tax number (NIF)"], kind: "text", half: true, section: ["Sur les factures", "On invoices"] },
  { name: "rccm", label: ["RCCM", "Trade register (RCCM)"], kind: "text", half: true },
  { name: "bankDetails", label: ["Coordonnées bancaires", "Bank details"], kind: "long" },
  { name: "paymentTerms", label: ["Conditions de paiement", "Payment terms"], kind: "long" },
  { name: "taxPercentage", label: ["TVA des nouvelles factures (%)", "Tax of new invoices (%)"], kind: "decimal", required: true, half: true },
  { name: "fiscalNim", label: ["NIM", "NIM"], kind: "text", half: true, section: ["Certification fiscale (facultatif)", "Fiscal certification (optional)"] },
  { name: "fiscalSignature", label: ["Signature", "Signature"], kind: "text", half: true },
  { name: "fiscalQr", label: ["Texte du code QR", "QR code’s text"], kind: "text" },
];

const read = ({ id: _, version, logo, ...texts }: CompanyFullFragment): Loaded => ({
  version,
  values: {
    ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, value ?? ""])),
    taxPercentage: typed(texts.taxPercentage),
    logoUploadId: logo ? { url: logo.url, uploadId: null } : null,
  },
});

export function Company() {
  const say = useSay();
  const admin = usePerson()?.role === "ADMIN";
  const company = useQuery({ queryKey: ["company"], queryFn: async () => (await ask(CompanyDocument, {})).companyProfile });
  return (
    <Screen title={say(["Société", "Company"])}>
      <p className="quiet">
        {admin
          ? say(["Ce qui s’imprime sur les prochaines factures ; celles qui sont émises ne changent pas.", "What the next invoices print; those that are issued don’t change."])
          : say(["Seule l’administration peut modifier ces informations.", "Administrators alone can change this."])}
      </p>
      {company.isPending && <Loading />}
      {company.isError && <Problem error={company.error} retry={() => void company.refetch()} />}
      {company.data && (
        <Editor
          fields={fields as AnyField[]}
          loaded={read(company.data)}
          locked={!admin}
          save={async (patch, version) => {
            const { updateCompanyProfile } = await ask(UpdateCompanyDocument, { input: { expectedVersion: version!, patch } });
            return { row: updateCompanyProfile.companyProfile, userErrors: updateCompanyProfile.userErrors };
          }}
          read={read}
          done={(saved) => queries.setQueryData(["company"], saved)}
        />
      )}
    </Screen>
  );
}
