// Ids as the API has them: a prefix, and a UUID in Crockford's base32.

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** `prj_01h455vb4pex5vsknk084sn02q` of a UUID's text. */
export function encode(prefix, uuid) {
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  let text = "";
  // 128 bits in 26 letters: the first letter has three of them.
  let bits = 0;
  let buffer = 0;
  let wanted = 3;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= wanted) {
      bits -= wanted;
      text += ALPHABET[buffer >>> bits];
      buffer &= (1 << bits) - 1;
      wanted = 5;
    }
  }
  return `${prefix}_${text}`;
}

/** The UUID in hexadecimal; null when it is none of this kind. */
export function decode(prefix, id) {
  if (!id.startsWith(`${prefix}_`) || id.length !== prefix.length + 27) return null;
  let value = 0n;
  for (const letter of id.slice(prefix.length + 1)) {
    const digit = VALUES.get(letter);
    if (digit === undefined) return null;
    value = (value << 5n) | BigInt(digit);
  }
  return value.toString(16).padStart(32, "0");
}
