// GraphiQL remembers tabs, variables and answers in a storage of its owner's choice. They hold clients' names,
// addresses and passwords to be, so they live in memory and go when the person signs out; theme and the sizes of the
// panes alone are kept on the machine.

const KEPT = /^graphiql:(theme|editorFlex|secondaryEditorFlex|docExplorerFlex)$/;

export class ConsoleStorage {
  #memory = new Map<string, string>();

  get length(): number {
    return this.#memory.size;
  }

  getItem(key: string): string | null {
    return KEPT.test(key) ? localStorage.getItem(key) : (this.#memory.get(key) ?? null);
  }

  setItem(key: string, value: string): void {
    if (KEPT.test(key)) localStorage.setItem(key, value);
    else this.#memory.set(key, value);
  }

  removeItem(key: string): void {
    if (KEPT.test(key)) localStorage.removeItem(key);
    else this.#memory.delete(key);
  }

  clear(): void {
    this.#memory.clear();
  }
}
