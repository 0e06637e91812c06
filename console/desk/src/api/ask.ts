// How the desk reaches the server: each document with a token that is good for a while yet.

import { currentLanguage } from "../../../shared/language";
import { ENDPOINT, Refused, accessToken, ended } from "../../../shared/session";
import type { TypedDocumentString } from "../gql/graphql";
import { said } from "../say";

/** The connection, not the person, is to blame: sending the same again is what helps. */
export class Offline extends Refused {}

export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  renew = false,
): Promise<Data> {
  const token = await accessToken({ renew });
  if (!token) throw new Refused(said(["Connectez-vous.", "Sign in."]));
  const answer = await post(document.toString(), variables, token);
  // A refused token did nothing, so asking again with a fresh one repeats nothing.
  if (answer.status === 401 && !renew) return ask(document, variables, true);
  if (answer.status === 401) ended();
  return read(answer);
}

async function read(answer: Response) {
  const body = await answer.json().catch(() => null);
  if (!body || answer.status >= 502) throw new Offline(said(OFFLINE));
  if (body.errors?.length) throw new Refused(body.errors.map((it: { message: string }) => it.message).join(" "));
  return body.data;
}

export const OFFLINE = [
  "Le serveur ne répond pas. Rien n’est perdu : vérifiez la connexion et réessayez.",
  "The server doesn’t answer. Nothing is lost: check the connection and try again.",
] as const;

async function post(query: string, variables: unknown, token: string | null): Promise<Response> {
  try {
    return await fetch(ENDPOINT, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json",
        "accept-language": currentLanguage(),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    throw new Offline(said(OFFLINE));
  }
}

/** One key for each thing the person does: the same input goes with the same key until it has been done. */
export class Keys {
  #input = "";
  #key = "";

  for(input: unknown): string {
    const text = JSON.stringify(input);
    if (text !== this.#input) {
      this.#input = text;
      this.#key = crypto.randomUUID();
    }
    return this.#key;
  }

  done(): void {
    this.#input = "";
  }
}

/** For who isn't signed in yet. */
export async function askOpenly<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
  return read(await post(document.toString(), variables, null));
}
