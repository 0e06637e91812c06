// Who is signed in, for the desk and for GraphiQL. The tokens live in this module's memory and nowhere else: no storage, no URL. GraphiQL's tab has
// forgotten them once it is closed or reloaded, and tells the server to forget them too. The desk's refresh token never comes here: the browser keeps
// it in a cookie that no script can read, and the desk goes on with it.

export const ENDPOINT = new URL("/graphql", window.location.origin);

export type Role = "CLIENT" | "STAFF" | "ADMIN";
export interface Person {
  id: string;
  email: string;
  name: string | null;
  role: Role;
  mustChangePassword: boolean;
  /** The company asks for a second factor that isn’t set up: nothing else works before. */
  totpRequired: boolean;
}
export type State =
  | { kind: "resuming" }
  | { kind: "signedOut"; notice: string | null }
  | { kind: "visitor" }
  | { kind: "signedIn"; person: Person };

interface Tokens {
  accessToken: string;
  /** Absent where the cookie has it. */
  refreshToken: string | undefined;
  /** By this machine's clock, which may be wrong: the lifetime is what the server says, the start is now. */
  expiresAt: number;
}

interface SessionTokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
}
interface UserError {
  code: string;
  message: string;
}

/** What the page says of itself, in the person's language. */
export interface Words {
  /** How the session is called in the person's list of sessions. */
  device: string;
  language: () => string;
  offline: () => string;
  ended: () => string;
  /** Whether the session outlives the tab, in a cookie. */
  remembers: boolean;
}

/** What stood in the way, in words for the person. */
export class Refused extends Error {}

/** The password is right, and the account has a second factor: sign in again with a code. */
export class CodeRequired extends Refused {}

const TOKENS = "accessToken accessTokenExpiresAt refreshToken";
/** A token is traded this long before it runs out. */
const AHEAD = 2 * 60_000;

/** Whose session the browser remembers, by id: all tabs have the same cookie, and each has to know that it is still its person's. */
const SIGNED_IN = "belle-house-signed-in";

let words: Words = { device: "Console", language: () => "fr", offline: () => "", ended: () => "", remembers: false };
let tokens: Tokens | null = null;
let state: State = { kind: "signedOut", notice: null };
let refreshing: Promise<void> | null = null;
let timer: number | undefined;
const listeners = new Set<() => void>();

/** To be called once, before anything else. */
export function configure(given: Words): void {
  words = given;
  if (words.remembers && localStorage.getItem(SIGNED_IN)) {
    state = { kind: "resuming" };
    void resume();
  }
}

/** Goes on with the session that the browser remembers. Where the network is away, it is tried again when that is back. */
async function resume(): Promise<void> {
  try {
    if (!tokens) await refresh();
    const { body } = await send("query ConsoleViewer { viewer { id email name role mustChangePassword totpRequired } }", {}, tokens?.accessToken);
    const person = body.data?.viewer;
    if (!person) throw refusal(body, undefined);
    localStorage.setItem(SIGNED_IN, person.id);
    enter({ kind: "signedIn", person });
  } catch (error) {
    if (getState().kind !== "resuming") return;
    enter({ kind: "signedOut", notice: error instanceof Refused ? error.message : words.offline() });
    const again = () => {
      if (getState().kind === "signedOut" && localStorage.getItem(SIGNED_IN)) void resume();
    };
    window.addEventListener("online", again, { once: true });
  }
}

export const getState = (): State => state;

export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function enter(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

async function send(query: string, variables: unknown, token?: string): Promise<{ body: any; serverTime: number }> {
  let answer: Response;
  try {
    answer = await fetch(ENDPOINT, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json",
        "accept-language": words.language(),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
      credentials: words.remembers ? "same-origin" : "omit",
      cache: "no-store",
    });
  } catch {
    throw new Refused(words.offline());
  }
  const serverTime = Date.parse(answer.headers.get("date") ?? "") || Date.now();
  const body = await answer.json().catch(() => {
    throw new Refused(`${answer.status} ${answer.statusText}`);
  });
  return { body, serverTime };
}

function keep(session: SessionTokens, serverTime: number): void {
  const lifetime = Date.parse(session.accessTokenExpiresAt) - serverTime;
  tokens = {
    accessToken: session.accessToken,
    refreshToken: session.refreshToken || undefined,
    expiresAt: Date.now() + lifetime,
  };
  window.clearTimeout(timer);
  // A laptop that sleeps misses its timers: `accessToken` looks at the time too.
  timer = window.setTimeout(() => void refresh().catch(() => {}), Math.max(lifetime - AHEAD, lifetime / 2));
}

function refusal(body: any, errors: UserError[] | undefined): Refused {
  const told = errors?.length ? errors : (body.errors ?? []);
  const message = told.map((it: { message: string }) => it.message).join(" ") || words.offline();
  return errors?.some((it) => it.code === "TOTP_REQUIRED") ? new CodeRequired(message) : new Refused(message);
}

export async function signIn(email: string, password: string, totpCode?: string): Promise<void> {
  const { body, serverTime } = await send(
    `mutation ConsoleLogin($input: LoginInput!) {
      login(input: $input) {
        session { ${TOKENS} }
        viewer { id email name role mustChangePassword totpRequired }
        userErrors { code message }
      }
    }`,
    { input: { email, password, totpCode, deviceName: words.device, cookie: words.remembers } },
  );
  const payload = body.data?.login;
  if (!payload?.session || !payload.viewer) throw refusal(body, payload?.userErrors);
  keep(payload.session, serverTime);
  if (words.remembers) localStorage.setItem(SIGNED_IN, payload.viewer.id);
  enter({ kind: "signedIn", person: payload.viewer });
}

export function visit(): void {
  enter({ kind: "visitor" });
}

export function askToSignIn(): void {
  enter({ kind: "signedOut", notice: null });
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  const { body, serverTime } = await send(
    `mutation ConsoleChangePassword($input: ChangePasswordInput!) {
      changePassword(input: $input) { session { ${TOKENS} } userErrors { code message } }
    }`,
    { input: { currentPassword, newPassword } },
    (await accessToken()) ?? undefined,
  );
  const payload = body.data?.changePassword;
  if (!payload?.session) throw refusal(body, payload?.userErrors);
  keep(payload.session, serverTime);
  if (state.kind === "signedIn") {
    enter({ kind: "signedIn", person: { ...state.person, mustChangePassword: false } });
  }
}

/** The second factor is set up. */
export function hasSecondFactor(): void {
  if (state.kind === "signedIn") enter({ kind: "signedIn", person: { ...state.person, totpRequired: false } });
}

export async function signOut(): Promise<void> {
  const former = forget();
  enter({ kind: "signedOut", notice: null });
  if (former) await endOnServer(former).catch(() => {});
}

/** The server says that the session is over. */
export function ended(): void {
  if (!forget() && state.kind !== "resuming") return;
  enter({ kind: "signedOut", notice: words.ended() });
}

function forget(): Tokens | null {
  const former = tokens;
  tokens = null;
  if (words.remembers && isStillMine()) localStorage.removeItem(SIGNED_IN);
  window.clearTimeout(timer);
  return former;
}

/** Whether the cookie is still this tab's person's, and not somebody's who signed in beside. */
function isStillMine(): boolean {
  const theirs = localStorage.getItem(SIGNED_IN);
  return state.kind !== "signedIn" || theirs === null || theirs === state.person.id;
}

function endOnServer({ accessToken, refreshToken }: Tokens): Promise<unknown> {
  return fetch(ENDPOINT, {
    method: "POST",
    // Where the cookie has the refresh token, whose session it is must be said: another tab may have signed in since.
    headers: { "content-type": "application/json", ...(refreshToken ? {} : { authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify({
      query: "mutation ConsoleLogout($input: LogoutInput) { logout(input: $input) { signedOut } }",
      variables: { input: { refreshToken } },
    }),
    credentials: words.remembers ? "same-origin" : "omit",
    // Survives the tab that sends it.
    keepalive: true,
  }).then((answer) => answer.text());
}

/** A token that is good for a while yet; null for visitors. */
export async function accessToken(options: { renew?: boolean } = {}): Promise<string | null> {
  if (tokens && (options.renew || tokens.expiresAt - Date.now() < AHEAD / 4)) await refresh();
  return tokens?.accessToken ?? null;
}

/** Trades the refresh token, once for all who ask meanwhile. */
function refresh(): Promise<void> {
  refreshing ??= trade().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function trade(): Promise<void> {
  const used = tokens;
  if (!used && !words.remembers) return;
  if (words.remembers && !isStillMine()) return ended();
  for (let attempt = 1; ; attempt++) {
    try {
      const { body, serverTime } = await send(
        `mutation ConsoleRefresh($input: RefreshSessionInput!) {
          refreshSession(input: $input) { session { ${TOKENS} } userErrors { code message } }
        }`,
        { input: { refreshToken: used?.refreshToken } },
      );
      // Signed out, or the password changed, while the answer was under way.
      if (tokens !== used) return;
      const session = body.data?.refreshSession?.session;
      if (session) return keep(session, serverTime);
      if (body.data?.refreshSession) ended();
      throw refusal(body, body.data?.refreshSession?.userErrors);
    } catch (error) {
      // The answer may be lost on the way: within a minute the same token gets the same answer again.
      if (tokens !== used || attempt >= 5) throw error;
      await new Promise((resolve) => window.setTimeout(resolve, attempt * 1000));
    }
  }
}

// Another tab: somebody left, or somebody else signed in.
window.addEventListener("storage", ({ key, newValue }) => {
  if (!words.remembers || key !== SIGNED_IN || state.kind !== "signedIn" || newValue === state.person.id) return;
  if (newValue) return ended();
  forget();
  enter({ kind: "signedOut", notice: null });
});
window.addEventListener("pagehide", () => {
  if (words.remembers) return;
  const former = forget();
  if (former) void endOnServer(former).catch(() => {});
});
// Back from the browser's back-forward cache, with a session that is over.
window.addEventListener("pageshow", (event) => {
  if (!words.remembers && event.persisted && state.kind === "signedIn") enter({ kind: "signedOut", notice: null });
});
