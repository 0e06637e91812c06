import { Button, type ButtonProps } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Refused } from "../../../shared/session";
import { toast } from "./toasts";

/** A change that needs no question: done at once, told if it wasn't. */
export function ActButton({ run, children, ...rest }: ButtonProps & { run: () => Promise<void>; children: ReactNode; "aria-label"?: string }) {
  const [busy, setBusy] = useState(false);
  async function act() {
    setBusy(true);
    try {
      await run();
    } catch (error) {
      toast(error instanceof Refused ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button variant="default" loading={busy} onClick={() => void act()} {...rest}>
      {children}
    </Button>
  );
}
