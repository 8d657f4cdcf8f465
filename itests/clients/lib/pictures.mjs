// What the participants show: a colour of their own, and the number of the frame as black and white fields. Painted by pages and native
// clients alike, and recognized by what the receiver decoded.

export const COLOURS = { red: [205, 40, 40], green: [40, 170, 50], blue: [50, 60, 205], yellow: [215, 205, 50] };

const FIELDS = 10;
const FARTHEST = 80; // of a decoded colour from the painted one; the nearest two are 170 apart

/** Rectangles [left, top, width, height, [red, green, blue]], the size of the picture being 1. */
export function rectangles(colour, number) {
  const fields = Array.from({ length: FIELDS }, (_, bit) => [bit / FIELDS, 0.8, 1 / FIELDS, 0.2, (number >> bit) & 1 ? [235, 235, 235] : [20, 20, 20]]);
  return [[0, 0, 1, 0.8, COLOURS[colour]], ...fields];
}

/** What an RGBA picture shows: its colour ('none' if it is nobody's) and its number. */
export function recognize(rgba, width, height) {
  const at = (x, y) => {
    const offset = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
    return [rgba[offset], rgba[offset + 1], rgba[offset + 2]];
  };
  const centre = at(0.5, 0.4);
  const distance = (name) => Math.hypot(...COLOURS[name].map((part, i) => part - centre[i]));
  const nearest = Object.keys(COLOURS).reduce((a, b) => (distance(a) < distance(b) ? a : b));
  let number = 0;
  for (let bit = 0; bit < FIELDS; bit++) if (at((bit + 0.5) / FIELDS, 0.9)[1] > 128) number |= 1 << bit;
  return { colour: distance(nearest) < FARTHEST ? nearest : 'none', number };
}
