// What happens elsewhere makes what is on the screen stale: lists are live.

import { type Client, CloseCode, createClient } from "graphql-ws";
import { ENDPOINT, accessToken, ended, getState } from "../../../shared/session";
import { StaffEventsDocument, type StaffEventsSubscription } from "../gql/graphql";
import { type Kind, queries, stale } from "./queries";

const TOUCHED: Record<string, Kind[]> = {
  ProjectUpdatePosted: ["updates", "projects", "dashboard"],
  ProjectChanged: ["projects"],
  LeadReceived: ["leads", "dashboard"],
  InquiryReceived: ["inquiries", "dashboard"],
  ClientChanged: ["clients"],
  DeliveryGivenUp: ["deliveries", "dashboard"],
  InvoiceIssued: ["invoices", "projects", "dashboard"],
  InvoiceStatusChanged: ["invoices", "projects", "dashboard"],
  PaymentRecorded: ["payments", "invoices", "projects", "dashboard"],
};

/** Events that come in one breath are one reason to ask again. */
const BREATH = 400;

export type Line = "on" | "off";
let line: Line = "off";
const listeners = new Set<() => void>();
export const currentLine = (): Line => line;
export function onLine(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function tell(next: Line): void {
  line = next;
  for (const listener of listeners) listener();
}

/** Follows the company's events until it is stopped. */
export function follow(): () => void {
  let cursor: string | undefined;
  let renew = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const touched = new Set<Kind>();
  let all = false;

  const flush = () => {
    waiting = undefined;
    if (all) void queries.invalidateQueries();
    else stale(...touched);
    touched.clear();
    all = false;
  };

  const client: Client = createClient({
    url: () => ENDPOINT.href.replace(/^http/, "ws"),
    connectionParams: async () => {
      const token = await accessToken({ renew });
      renew = false;
      return { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(cursor ? { resumeFrom: cursor } : {}) };
    },
    keepAlive: 15_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 15_000))),
    shouldRetry: () => getState().kind === "signedIn",
    on: {
      connected: () => tell("on"),
      closed: (event) => {
        const { code } = event as CloseEvent;
        if (code === CloseCode.Unauthorized) ended();
        if (code === CloseCode.Forbidden) renew = true;
        tell("off");
      },
    },
  });
  const stop = client.subscribe<StaffEventsSubscription>(
    { query: StaffEventsDocument.toString() },
    {
      next: ({ data }) => {
        if (!data) return;
        cursor = data.staffEvents.cursor;
        const kinds = TOUCHED[data.staffEvents.__typename];
        if (kinds) for (const kind of kinds) touched.add(kind);
        else all = true;
        waiting ??= setTimeout(flush, BREATH);
      },
      error: () => tell("off"),
      complete: () => tell("off"),
    },
  );
  return () => {
    stop();
    clearTimeout(waiting);
    void client.dispose();
  };
}
