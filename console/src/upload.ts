// Sends a picture in the API's two steps: announced with `createUpload`, its bytes `PUT` to the address that answers.
// GraphiQL can only do the first.

import { ENDPOINT, Refused, accessToken } from "../shared/session";
import { currentTexts } from "./texts";

/** The upload's id (`upl_…`), to be named in any operation that takes pictures. */
export async function sendPicture(file: File): Promise<string> {
  const token = await accessToken();
  const answer = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({
      query: `mutation ConsoleUpload($input: CreateUploadInput!) {
        createUpload(input: $input) { upload { id uploadUrl } userErrors { message } }
      }`,
      variables: { input: { filename: file.name, contentType: file.type, byteSize: file.size } },
    }),
    credentials: "omit",
    cache: "no-store",
  });
  const { data, errors } = await answer.json();
  const upload = data?.createUpload?.upload;
  if (!upload) {
    const told: { message: string }[] = data?.createUpload?.userErrors ?? errors ?? [];
    throw new Refused(told.map((it) => it.message).join(" ") || currentTexts().offline);
  }
  // On this page's own origin, whatever name the server is configured to have: nothing else may be reached from here.
  const { pathname, search } = new URL(upload.uploadUrl);
  const sent = await fetch(pathname + search, { method: "PUT", body: file, credentials: "omit" });
  const problem = await sent.json().catch(() => null);
  if (!sent.ok) {
    throw new Refused(problem?.message ?? `${sent.status} ${sent.statusText}`);
  }
  return upload.id;
}
