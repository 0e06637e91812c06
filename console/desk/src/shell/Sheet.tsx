// The whole menu, on a phone.

import { Group, Modal } from "@mantine/core";
import { useSay } from "../say";
import { ColourSwitch } from "./ColourSwitch";
import { Languages } from "./Languages";
import { leave } from "./leave";
import { Entries } from "./Navigation";

export default function Sheet({ close }: { close: () => void }) {
  const say = useSay();
  return (
    <Modal opened onClose={close} title={say(["Menu", "Menu"])} closeButtonProps={{ "aria-label": say(["Fermer", "Close"]) }}>
      <div className="sheet">
        <Entries onClick={close} />
        <Group justify="space-between">
          <Languages />
          <ColourSwitch />
        </Group>
        <button type="button" className="text-button" onClick={leave}>
          {say(["Se déconnecter", "Sign out"])}
        </button>
      </div>
    </Modal>
  );
}
