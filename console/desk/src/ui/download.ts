import { local } from "../format";

/** Saves a file of the server's under its own name. */
export function download(file: { url: string; fileName: string }): void {
  const link = document.createElement("a");
  link.href = local(file.url);
  link.download = file.fileName;
  link.click();
}
