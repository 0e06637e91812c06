// The desk, or who it asks to sign in first.

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Person } from "../../shared/session";
import { follow } from "./api/live";
import { queries } from "./api/queries";
import { flush } from "./photos/flush";
import { router } from "./router";
import { Door } from "./shell/Door";
import { NewPassword } from "./shell/NewPassword";
import { NewSecondFactor } from "./shell/NewSecondFactor";
import { NotStaff } from "./shell/NotStaff";
import { SignIn } from "./shell/SignIn";
import { theme } from "./theme";
import { Confirmation } from "./ui/confirm";
import { Loading } from "./ui/states";
import { Toasts } from "./ui/toasts";
import { useSession } from "./useSession";

export function App({ nonce }: { nonce: string }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Gate />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Gate() {
  const session = useSession();
  const last = useRef<Person | null>(null);
  const working = session.kind === "signedIn" && !session.person.mustChangePassword && !session.person.totpRequired && session.person.role !== "CLIENT";
  // Somebody else's, or left on purpose: what was read and typed goes. A session that ended by itself leaves it.
  const left = session.kind === "signedOut" && session.notice === null;
  if (left || (session.kind === "signedIn" && last.current && last.current.id !== session.person.id)) {
    if (last.current) queries.clear();
    last.current = null;
  }
  if (working) last.current = session.person;

  useEffect(() => {
    if (!working) return;
    // What was asked for while nobody was signed in was refused.
    void queries.invalidateQueries();
    void flush();
    return follow();
  }, [working]);

  return (
    <>
      {last.current && (
        <div key={last.current.id} hidden={!working}>
          <RouterProvider router={router} />
          <Confirmation />
        </div>
      )}
      {session.kind === "resuming" && (
        <Door title="Belle House">
          <Loading rows={3} />
        </Door>
      )}
      {(session.kind === "signedOut" || session.kind === "visitor") && <SignIn notice={session.kind === "signedOut" ? session.notice : null} email={last.current?.email} />}
      {session.kind === "signedIn" && session.person.role === "CLIENT" && <NotStaff />}
      {session.kind === "signedIn" && session.person.role !== "CLIENT" && session.person.mustChangePassword && <NewPassword />}
      {session.kind === "signedIn" && session.person.role !== "CLIENT" && !session.person.mustChangePassword && session.person.totpRequired && <NewSecondFactor />}
    </>
  );
}
