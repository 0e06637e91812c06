import { Button } from "@mantine/core";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { NewPage, type NewSpec, RecordPage, type RecordSpec } from "../../edit/record";
import type { AnyField, Field } from "../../edit/types";
import {
  CreateStaffMemberDocument, type CreateStaffMemberInput, DisableStaffMemberDocument, EnableStaffMemberDocument,
  ResendStaffCredentialsDocument, ResetStaffTotpDocument, type Role, StaffMembersDocument, type StaffMemberPatch, type StaffOrder, type StaffRowFragment,
  UpdateStaffMemberDocument,
} from "../../gql/graphql";
import { LOCALE, ROLE, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import type { ListSpec } from "../../list/types";
import { said, useSay } from "../../say";
import { confirm } from "../../ui/confirm";
import { toast } from "../../ui/toasts";
import { usePerson } from "../../useSession";
import { AccessActions, AccessBadge, type AccessCalls } from "./access";

const { CLIENT: _, ...ROLES } = ROLE;

const calls: AccessCalls = {
  kind: "staff",
  disable: async (id) => (await ask(DisableStaffMemberDocument, { id })).disableStaffMember,
  enable: async (id) => (await ask(EnableStaffMemberDocument, { id })).enableStaffMember,
  resend: async (id) => (await ask(ResendStaffCredentialsDocument, { id })).resendStaffCredentials,
};

const list: ListSpec<StaffRowFragment> = {
  kind: "staff",
  to: "/equipe",
  title: ["Équipe", "Team"],
  async fetch(page, search) {
    const filter = { role: (search.role as Role) || null, disabled: search.access ? search.access === "shut" : null };
    return (await ask(StaffMembersDocument, { ...page, filter, orderBy: orderOf<StaffOrder>(search) })).staffMembers;
  },
  link: (row) => `/equipe/${row.id}`,
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.name },
    { label: ["E-mail", "E-mail"], cell: (row) => row.email },
    { label: ["Rôle", "Role"], cell: (row) => said(ROLE[row.role]) },
    { label: ["Accès", "Access"], cell: (row) => (row.disabledAt || row.temporaryPasswordExpiresAt ? <AccessBadge account={row} /> : "") },
  ],
  filters: [
    { name: "role", label: ["Rôle", "Role"], kind: "select", options: options(ROLES) },
    { name: "access", label: ["Accès", "Access"], kind: "select", options: [["open", ["Ouvert", "Open"]], ["shut", ["Fermé", "Shut"]]] },
  ],
  empty: { title: ["Personne.", "Nobody."], hint: ["", ""] },
};

const fields = [
  { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200, half: true },
  { name: "role", label: ["Rôle", "Role"], kind: "select", required: true, options: options(ROLES), half: true },
  { name: "locale", label: ["Langue", "Language"], kind: "select", required: true, options: options(LOCALE), half: true },
] satisfies Field<StaffMemberPatch>[];

const email = { name: "email", label: ["E-mail", "E-mail"], kind: "email", required: true, half: true } satisfies Field<CreateStaffMemberInput>;

async function load(id: string): Promise<StaffRowFragment | undefined> {
  const { staffMembers } = await ask(StaffMembersDocument, { page: 1, pageSize: 100 });
  return staffMembers.nodes.find((it) => it.id === id);
}

/** Takes the second factor off; one's own is switched off in «Mon compte». */
function LostPhone({ member }: { member: StaffRowFragment }) {
  const say = useSay();
  if (usePerson()?.id === member.id) return null;
  return (
    <Button
      variant="default"
      onClick={() =>
        confirm({
          title: ["Réinitialiser le second facteur ?", "Reset the second factor?"],
          body: said([
            `Pour ${member.name}, qui a perdu son téléphone et ses codes de secours. Assurez-vous que c’est bien cette personne qui le demande : son mot de passe seul suffira pour se connecter, et ses appareils sont déconnectés.`,
            `For ${member.name}, who has lost the phone and the recovery codes. Make sure that it is they who ask: their password alone will be enough to sign in, and their devices are signed out.`,
          ]),
          action: ["Réinitialiser", "Reset"],
          danger: true,
          run: async () => {
            checkWhole((await ask(ResetStaffTotpDocument, { id: member.id })).resetStaffTotp.userErrors);
            toast(said(["Le second facteur est retiré.", "The second factor is off."]));
          },
        })
      }
    >
      {say(["Réinitialiser le second facteur", "Reset the second factor"])}
    </Button>
  );
}

const page = (admin: boolean): RecordSpec<StaffRowFragment> => ({
  kind: "staff",
  to: "/equipe",
  list: ["Équipe", "Team"],
  load,
  name: (member) => member.name,
  badge: (member) => <AccessBadge account={member} />,
  fields: fields as unknown as AnyField[],
  read: ({ version, name, role, locale }) => ({ version, values: { name, role, locale } }),
  async update(id, expectedVersion, patch) {
    const { updateStaffMember } = await ask(UpdateStaffMemberDocument, { input: { id, expectedVersion, patch } });
    return { row: updateStaffMember.staffMember, userErrors: updateStaffMember.userErrors };
  },
  locked: () => !admin,
  actions: (member) =>
    admin && (
      <>
        <LostPhone member={member} />
        <AccessActions account={member} calls={calls} />
      </>
    ),
  above: (member) => <p className="quiet">{member.email}</p>,
  along: false,
});

const fresh: NewSpec<StaffRowFragment> = {
  kind: "staff",
  to: "/equipe",
  list: ["Équipe", "Team"],
  title: ["Nouveau membre de l’équipe", "New member of the team"],
  hint: ["La personne reçoit un mot de passe provisoire par e-mail.", "The person gets a temporary password by e-mail."],
  fields: [...fields, email] as unknown as AnyField[],
  initial: { role: "STAFF", locale: "FR" },
  saveLabel: ["Créer et inviter", "Make and invite"],
  async create(input, idempotencyKey) {
    const { createStaffMember } = await ask(CreateStaffMemberDocument, { input: { ...input, idempotencyKey } as unknown as CreateStaffMemberInput });
    return { row: createStaffMember.staffMember, userErrors: createStaffMember.userErrors };
  },
};

const withNew: ListSpec<StaffRowFragment> = { ...list, create: { to: "/equipe/nouveau", label: ["Nouveau membre", "New member"] } };

/** Whom administrators alone hire and let go; all of the staff may look. */
const useAdmin = () => usePerson()?.role === "ADMIN";

export const StaffList = () => <ListScreen spec={useAdmin() ? withNew : list} />;
export const StaffPage = () => <RecordPage spec={page(useAdmin())} />;
export const StaffNew = () => <NewPage spec={fresh} />;
