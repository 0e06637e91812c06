// What has been read, kept in memory while it is fresh. Each entry's key begins with its kind, so that an event or a
// change can say what is stale.

import { QueryClient } from "@tanstack/react-query";
import { Refused } from "../../../shared/session";
import { Offline } from "./ask";

export type Kind =
  | "clients" | "projects" | "updates" | "invoices" | "payments" | "leads" | "inquiries" | "staff" | "deliveries"
  | "trash" | "history" | "company" | "account" | "dashboard" | "palette" | "site";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < 3 && (error instanceof Offline || !(error instanceof Refused)),
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

export function stale(...kinds: Kind[]): void {
  for (const kind of kinds) void queries.invalidateQueries({ queryKey: [kind] });
}
