// Asks before something that can't be taken back, in words that say what that is.

import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";
import type { Text } from "../say";

const Asked = lazy(() => import("./Asked"));

export interface Question {
  title: Text;
  /** What happens, and what of it is irreversible. */
  body: ReactNode;
  action: Text;
  danger?: boolean;
  /** A reason that must be given, or fields of the caller's own in `body`. */
  reason?: Text;
  /** Done while the question stands: a refusal is told in it, and nothing typed is lost. */
  run(reason: string): Promise<void>;
  cancelled?(): void;
}

let question: Question | null = null;
const listeners = new Set<() => void>();
function set(next: Question | null): void {
  question = next;
  for (const listener of listeners) listener();
}

export const confirm = (asked: Question): void => set(asked);

const onChange = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Confirmation() {
  const asked = useSyncExternalStore(onChange, () => question);
  return (
    asked && (
      <Suspense>
        <Asked
          key={asked.title[0]}
          question={asked}
          close={(done) => {
            set(null);
            if (!done) asked.cancelled?.();
          }}
        />
      </Suspense>
    )
  );
}
