// A screen that breaks doesn't take the desk with it.

import { Component, type ReactNode } from "react";
import { said } from "../say";
import { Problem } from "./states";

export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    // After an update of the server the parts of an open page are gone: loading it again finds the new ones.
    const gone = /dynamically imported module|module script/i.test(String(this.state.error));
    if (!gone) return <Problem error={this.state.error} retry={() => this.setState({ error: null })} />;
    const text = said(["Le bureau a été mis à jour : rechargez la page.", "The desk has been updated: reload the page."]);
    return <Problem error={text} retry={() => window.location.reload()} />;
  }
}
