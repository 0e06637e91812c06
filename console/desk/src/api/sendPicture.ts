// A picture in the API's two steps: announced with `createUpload`, its bytes `PUT` to the address that answers.

import { Refused } from "../../../shared/session";
import { local } from "../format";
import { AnnouncePhotoDocument } from "../gql/graphql";
import { Offline, ask } from "./ask";
import { told } from "./mistakes";

/** The upload's id (`upl_…`), to be named in any change that takes a picture. */
export async function sendPicture(file: File): Promise<string> {
  const { createUpload: answer } = await ask(AnnouncePhotoDocument, {
    input: { filename: file.name, contentType: file.type || "application/octet-stream", byteSize: file.size },
  });
  if (!answer.upload) throw new Refused(answer.userErrors.map(told).join(" "));
  const sent = await fetch(local(answer.upload.uploadUrl), { method: "PUT", body: file, credentials: "omit" }).catch(() => {
    throw new Offline("");
  });
  if (sent.ok) return answer.upload.id;
  const problem = await sent.json().catch(() => null);
  throw new Refused(problem?.message ?? `${sent.status} ${sent.statusText}`);
}
