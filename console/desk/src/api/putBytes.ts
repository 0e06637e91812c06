import { currentLanguage } from "../../../shared/language";
import { local } from "../format";
import { OFFLINE, Offline } from "./ask";
import { said } from "../say";

/** A file's bytes to the address that `createUpload` answered; what is wrong with them comes in the person's language. */
export async function putBytes(uploadUrl: string, body: BodyInit): Promise<Response> {
  const headers = { "accept-language": currentLanguage() };
  return fetch(local(uploadUrl), { method: "PUT", headers, body, credentials: "omit" }).catch(() => {
    throw new Offline(said(OFFLINE));
  });
}
