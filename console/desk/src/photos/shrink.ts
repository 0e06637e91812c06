// Photos are made small on the phone: what a client looks at needs no 12 megapixels, and the way to the office is slow.

const LONGEST = 1920;
const QUALITY = 0.82;

export interface Shrunk {
  name: string;
  type: string;
  bytes: ArrayBuffer;
}

export async function shrink(file: File): Promise<Shrunk> {
  const small = await redraw(file).catch(() => null);
  // What this browser can't draw goes as it is; the server says what it can't take.
  const chosen = small && (small.size < file.size || file.type !== "image/jpeg") ? small : file;
  const name = chosen === file ? file.name : file.name.replace(/\.\w+$/, "") + ".jpg";
  return { name, type: chosen.type || "application/octet-stream", bytes: await chosen.arrayBuffer() };
}

async function redraw(file: File): Promise<Blob> {
  // Upright, whatever way the phone was held.
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("not drawn"))), "image/jpeg", QUALITY),
  );
}
