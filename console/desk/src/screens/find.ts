// People, by some letters of their name.

import { ask } from "../api/ask";
import type { Picked } from "../edit/types";
import { FindClientsDocument, FindStaffDocument } from "../gql/graphql";

export const picked = (it: { id: string; name: string; email?: string } | null | undefined): Picked | null =>
  it ? { id: it.id, label: it.name, detail: it.email } : null;

export async function findClients(search: string): Promise<Picked[]> {
  const { clients } = await ask(FindClientsDocument, { search: search || null });
  return clients.nodes.map((it) => ({ id: it.id, label: it.name, detail: it.email }));
}

export async function findStaff(search: string): Promise<Picked[]> {
  const { staffMembers } = await ask(FindStaffDocument, {});
  const letters = search.toLowerCase();
  return staffMembers.nodes
    .filter((it) => `${it.name} ${it.email}`.toLowerCase().includes(letters))
    .map((it) => ({ id: it.id, label: it.name, detail: it.email }));
}
