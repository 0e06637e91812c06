import { useEffect, useRef, useState } from "react";

/** The value as it was when it last stood still for so long: for what is asked of the server while somebody types. */
export function useLater<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/**
 * Enter may come before the answer to what was typed: then it means what will stand first, not what stands there still.
 * What is returned does it now, or as soon as the answer is there.
 */
export function useWhenFresh(fresh: boolean, act: () => void): () => void {
  const wanted = useRef(false);
  useEffect(() => {
    if (!fresh || !wanted.current) return;
    wanted.current = false;
    act();
  });
  return () => {
    if (fresh) act();
    else wanted.current = true;
  };
}
