// What Python packed (`explorer.packed`): deflate( length of the header, header as JSON, arrays one after the other ).

const KINDS = {uint8: Uint8Array, float16: Uint16Array, float32: Float32Array};

async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let start = 4 + length;
  const arrays = {};
  for (const {name, kind, shape} of header.arrays) {
    const size = shape.reduce((product, side) => product * side, 1) * KINDS[kind].BYTES_PER_ELEMENT;
    const values = new KINDS[kind](buffer.slice(start, start + size));
    arrays[name] = {shape, values: kind === "float16" ? fromHalf(values) : values};
    start += size;
  }
  return {header, arrays};
}

// Browsers learn Float16Array only now: sign, 5 bits of exponent, 10 of fraction.
function fromHalf(halves) {
  return Float32Array.from(halves, half => {
    const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
  });
}

// "83 %", "4.2 %", "< 0.1 %": as everywhere on these pages.
function percent(probability) {
  const share = 100 * probability;
  if (share > 0 && share < 0.1) return "< 0.1 %";
  if (share > 99.9 && share < 100) return "> 99.9 %";
  return (share >= 10 && share <= 99) || share === 0 || share === 100 ? `${share.toFixed(0)} %` : `${share.toFixed(1)} %`;
}

function signedNumber(value) {
  return (value < 0 ? "−" : "") + Math.abs(value).toFixed(2);
}

// A scale of colours, places from 0 to 1, as a function of a number from 0 to 1 that gives [red, green, blue].
function scaleOf(stops) {
  const table = Array.from({length: 256}, (_, level) => {
    const place = level / 255;
    const next = Math.max(1, stops.findIndex(([at]) => at >= place - 1e-9));
    const [[low, from], [high, to]] = [stops[next - 1], stops[next]];
    const share = (place - low) / (high - low);
    return [1, 3, 5].map(at => {
      const [a, b] = [from, to].map(color => parseInt(color.slice(at, at + 2), 16));
      return Math.round(a + (b - a) * share);
    });
  });
  return value => table[Math.max(0, Math.min(255, Math.round(255 * value)))];
}

const css = ([red, green, blue]) => `rgb(${red},${green},${blue})`;

// A token cut to a width in pixels.
function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(text.slice(0, end) + "…").width > width) end--;
  return text.slice(0, end) + "…";
}
