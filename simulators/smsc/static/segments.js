// What a text costs as this phone sends it: GSM-7 in 160 or 153, everything else in 70 or 67 [GSM 03.38; 03.40].
const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
  + "abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");

// used: units of the last part's coding in all; room: of one message, or of the parts needed.
export function measure(text) {
  const letters = [...text];
  const gsm = letters.every((letter) => BASIC.has(letter) || EXTENDED.has(letter));
  const used = gsm ? letters.reduce((sum, letter) => sum + (EXTENDED.has(letter) ? 2 : 1), 0) : text.length;
  const [whole, part] = gsm ? [160, 152] : [70, 67];
  const parts = used <= whole ? 1 : Math.ceil(used / part);
  return { used, parts, room: parts === 1 ? whole : parts * part, coding: gsm ? "GSM-7" : "UCS-2" };
}
