import { useSyncExternalStore } from "react";
import { type Person, type State, getState, onChange } from "../../shared/session";

export const useSession = (): State => useSyncExternalStore(onChange, getState);

/** Who works here now. Screens stand below the sign-in: there is somebody. */
export function usePerson(): Person | null {
  const session = useSession();
  return session.kind === "signedIn" ? session.person : null;
}
