// The frame of every screen: where one can go, what is being looked for, who works here.

import { Group } from "@mantine/core";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { currentLine, onLine } from "../api/live";
import { useSay } from "../say";
import { Boundary } from "../ui/Boundary";
import { Go } from "../ui/Go";
import { Icon } from "../ui/icons";
import { Loading } from "../ui/states";
import { usePerson } from "../useSession";
import { ColourSwitch } from "./ColourSwitch";
import { Languages } from "./Languages";
import { leave } from "./leave";
import { Navigation, PhoneBar } from "./Navigation";

const Palette = lazy(() => import("./Palette").then((it) => ({ default: it.Palette })));

export function Shell() {
  const say = useSay();
  const [searching, setSearching] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setSearching((open) => !open);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  // Another screen: readers and keyboards begin at its top.
  useEffect(() => {
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [path]);

  return (
    <div className="shell">
      <a href="#main" className="skip">
        {say(["Aller au contenu", "Skip to content"])}
      </a>
      <header className="top">
        <Go to="/" className="brand">Belle House</Go>
        <button type="button" className="search-button" onClick={() => setSearching(true)}>
          <Icon name="search" size={18} />
          <span>{say(["Chercher partout", "Search everything"])}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <Status />
      </header>
      <Navigation />
      <main id="main" ref={main} tabIndex={-1}>
        <Boundary key={path}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Boundary>
      </main>
      <PhoneBar />
      {searching && (
        <Suspense>
          <Palette close={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Status() {
  const say = useSay();
  const person = usePerson();
  const line = useSyncExternalStore(onLine, currentLine);
  const on = line === "on";
  return (
    <Group gap="xs" wrap="nowrap" className="status">
      <span className={`line ${line}`}>
        {on ? say(["En direct", "Live"]) : say(["Hors ligne", "Offline"])}
      </span>
      <span className="wide">
        <ColourSwitch />
      </span>
      <span className="wide">
        <Languages />
      </span>
      <span className="who wide">{person?.name ?? person?.email}</span>
      <button type="button" className="text-button wide" onClick={leave}>
        {say(["Se déconnecter", "Sign out"])}
      </button>
    </Group>
  );
}
