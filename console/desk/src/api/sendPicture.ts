// A picture in the API's two steps: announced with `createUpload`, its bytes `PUT` to the address that answers.

import { Refused } from "../../../shared/session";
import { AnnouncePhotoDocument } from "../gql/graphql";
import { ask } from "./ask";
import { told } from "./mistakes";
import { putBytes } from "./putBytes";

/** The upload's id (`upl_…`), to be named in any change that takes a picture. */
export async function sendPicture(file: File): Promise<string> {
  const { createUpload: answer } = await ask(AnnouncePhotoDocument, {
    input: { filename: file.name, contentType: file.type || "application/octet-stream", byteSize: file.size },
  });
  if (!answer.upload) throw new Refused(answer.userErrors.map(told).join(" "));
  const sent = await putBytes(answer.upload.uploadUrl, file);
  if (sent.ok) return answer.upload.id;
  const problem = await sent.json().catch(() => null);
  throw new Refused(problem?.message ?? `${sent.status} ${sent.statusText}`);
}
