// The menu beside the work, and the bar below it on a phone.

import { useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import type { Role } from "../../../shared/session";
import { currentItems, onItems } from "../photos/outbox";
import { useSay } from "../say";
import { Go } from "../ui/Go";
import { Icon } from "../ui/icons";
import { usePerson } from "../useSession";
import { GROUPS, PLACES, type Place, keptFilters } from "./places";

const Sheet = lazy(() => import("./Sheet"));

const mayGo = (place: Place, role: Role | undefined) => !place.role || place.role === role;

function Entry({ place, onClick }: { place: Place; onClick?: () => void }) {
  const say = useSay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const waiting = useSyncExternalStore(onItems, currentItems).length;
  const here = path === place.to || path.startsWith(`${place.to}/`);
  return (
    <Go to={place.to} search={keptFilters(place.to)} className={here ? "entry here" : "entry"} onClick={onClick}>
      <Icon name={place.icon} />
      <span>{say(place.label)}</span>
      {place.to === "/photos" && waiting > 0 && <b className="count">{waiting}</b>}
    </Go>
  );
}

export function Entries({ onClick }: { onClick?: () => void }) {
  const say = useSay();
  const role = usePerson()?.role;
  return (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => {
    const places = PLACES.filter((place) => place.group === group && mayGo(place, role));
    return (
      places.length > 0 && (
        <section key={group}>
          <h2>{say(GROUPS[group])}</h2>
          {places.map((place) => (
            <Entry key={place.to} place={place} onClick={onClick} />
          ))}
        </section>
      )
    );
  });
}

export function Navigation() {
  const say = useSay();
  return (
    <nav className="side" aria-label={say(["Menu", "Menu"])}>
      <Entries />
    </nav>
  );
}

export function PhoneBar() {
  const say = useSay();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <nav className="bar" aria-label={say(["Menu du téléphone", "Phone menu"])}>
      {PLACES.filter((place) => place.phone).map((place) => (
        <Entry key={place.to} place={place} />
      ))}
      <button type="button" className="entry" onClick={() => setOpen(true)}>
        <Icon name="more" />
        <span>{say(["Plus", "More"])}</span>
      </button>
      {open && (
        <Suspense>
          <Sheet close={close} />
        </Suspense>
      )}
    </nav>
  );
}
