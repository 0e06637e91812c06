// How GraphiQL reaches the server: queries and mutations by POST, subscriptions over our WebSocket, each with a token
// that is good for a while yet.

import type { Fetcher, FetcherParams, Observable } from "@graphiql/toolkit";
import { type ExecutionResult, GraphQLError, getOperationAST, parse } from "graphql";
import { CloseCode, createClient, type Client } from "graphql-ws";
import { openPlaceholders } from "./operations";
import { ENDPOINT, Refused, accessToken, ended, getState } from "../shared/session";
import { currentTexts } from "./texts";

/** Events shown at most, the newest first. */
const SHOWN = 100;

export const fetcher: Fetcher = (params) => {
  const open = openPlaceholders(params.variables);
  if (open.length > 0) return told(currentTexts().fillIn(open.join(", ")));
  const { operationName, isSubscription } = chosen(params);
  return isSubscription ? subscribe({ ...params, operationName }) : post({ ...params, operationName });
};

/** An answer of the console's own. GraphiQL would show a thrown error with its stack. */
const told = (message: string): Promise<ExecutionResult> => Promise.resolve({ errors: [new GraphQLError(message)] });

/**
 * Which operation is meant. GraphiQL's own name for it comes a moment after the text: whoever opens a ready-made
 * operation and runs it at once would send the former one's name.
 */
function chosen({ query, operationName }: FetcherParams): { operationName?: string | null; isSubscription: boolean } {
  try {
    const document = parse(query);
    const operation = getOperationAST(document) ?? getOperationAST(document, operationName);
    return { operationName: operation?.name?.value, isSubscription: operation?.operation === "subscription" };
  } catch {
    // The server says what is wrong with it.
    return { operationName, isSubscription: false };
  }
}

async function post(params: FetcherParams, again = false): Promise<ExecutionResult> {
  let answer: Response;
  let token: string | null;
  try {
    token = await accessToken({ renew: again });
    answer = await send(params, token);
  } catch (error) {
    return told(error instanceof Refused ? error.message : currentTexts().offline);
  }
  // A refused token did nothing, so asking again with a fresh one repeats nothing.
  if (answer.status === 401 && token && !again) return post(params, true);
  if (answer.status === 401 && token) ended();
  return answer.json().catch(() => told(`${answer.status} ${answer.statusText}`));
}

function send(params: FetcherParams, token: string | null): Promise<Response> {
  return fetch(ENDPOINT, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(params),
    credentials: "omit",
    cache: "no-store",
  });
}

/** Runs until it is stopped. GraphiQL shows an answer at a time, so each answer is the list of what came so far. */
function subscribe(params: FetcherParams): Observable<ExecutionResult> {
  return {
    subscribe(observer: { next(value: object): void; error(error: unknown): void; complete(): void }) {
      const events: object[] = [];
      let cursor: string | undefined;
      let status = currentTexts().reconnecting;
      let renew = false;
      const show = () => observer.next({ live: status, events });
      const client: Client = createClient({
        url: () => ENDPOINT.href.replace(/^http/, "ws"),
        // Asked again at each connection: the token is fresh, and the stream goes on after the last event shown.
        connectionParams: async () => {
          const token = await accessToken({ renew });
          renew = false;
          return { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(cursor ? { resumeFrom: cursor } : {}) };
        },
        lazy: true,
        keepAlive: 15_000,
        retryAttempts: Number.POSITIVE_INFINITY,
        retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 15_000))),
        shouldRetry: () => getState().kind !== "signedOut",
        on: {
          connected: () => {
            status = currentTexts().listening;
            show();
          },
          closed: (event) => {
            const { code } = event as CloseEvent;
            if (code === CloseCode.Unauthorized) ended();
            // Run out, whatever this machine's clock thinks of it.
            if (code === CloseCode.Forbidden) renew = true;
            status = currentTexts().reconnecting;
          },
        },
      });
      const stop = client.subscribe(
        { query: params.query, variables: params.variables, operationName: params.operationName ?? undefined },
        {
          next: (result) => {
            cursor = lastCursor(result.data) ?? cursor;
            events.unshift(result);
            events.length = Math.min(events.length, SHOWN);
            show();
          },
          error: (error) => observer.error(error instanceof CloseEvent ? new Error(`${error.code} ${error.reason}`) : error),
          complete: () => {
            status = currentTexts().completed;
            show();
            observer.complete();
          },
        },
      );
      return {
        unsubscribe: () => {
          stop();
          void client.dispose();
        },
      };
    },
  } as Observable<ExecutionResult>;
}

/** The cursor of the event, when the subscription asks for it: then it resumes where it was cut off. */
function lastCursor(data: unknown): string | undefined {
  for (const event of Object.values((data ?? {}) as Record<string, { cursor?: unknown } | null>)) {
    if (typeof event?.cursor === "string") return event.cursor;
  }
  return undefined;
}
