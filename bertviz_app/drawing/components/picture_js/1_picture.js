// A picture to take away: as SVG, with what it shows written below it and its fonts within it, or as PNG of three times its size.

const SVG = "http://www.w3.org/2000/svg", TIMES = 3, MOST_PIXELS = 16000, CAPTION = 15;

function svgElement(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

// The lines of a caption, broken where they would be wider than the picture.
function broken(lines, width, font) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  return lines.flatMap(line => {
    const made = [""];
    for (const word of line.split(/\s+/)) {
      const longer = `${made.at(-1)} ${word}`.trim();
      if (made.at(-1) && context.measureText(longer).width > width) made.push(word);
      else made[made.length - 1] = longer;
    }
    return made;
  });
}

// The nodes of a drawing, and the caption below them: the text of an SVG file, and its size. `look` has paper, muted and font.
async function pictureOf(nodes, {width, height}, caption, look) {
  const lines = broken(caption, width - 32, `${CAPTION}px ${look.font}`), whole = height + (lines.length ? 20 * lines.length + 18 : 0);
  const svg = svgElement("svg", {xmlns: SVG, width, height: whole, viewBox: `0 0 ${width} ${whole}`});
  svg.append(svgElement("rect", {width, height: whole, fill: look.paper}), ...nodes);
  const text = svgElement("text", {class: "caption", x: 16, y: height + 6, fill: look.muted, "font-size": CAPTION, "font-family": look.font});
  lines.forEach(line => text.append(svgElement("tspan", {x: 16, dy: 20}, line)));
  svg.append(text);
  const faces = await fontFaces(svg.outerHTML);
  svg.prepend(svgElement("style", {}, faces.join("\n")));
  return {text: new XMLSerializer().serializeToString(svg), width, height: whole};
}

const fetched = new Map();

// The page's own fonts that are named in a drawing, each with its file within it.
async function fontFaces(drawing) {
  const faces = [];
  for (const sheet of document.styleSheets) {
    let rules = [];
    try { rules = sheet.cssRules; } catch { continue; }  // a sheet from elsewhere cannot be read
    for (const rule of rules) {
      if (!(rule instanceof CSSFontFaceRule) || rule.style.fontStyle === "italic") continue;
      const family = rule.style.fontFamily.replace(/["']/g, ""), file = /url\(["']?([^"')]+)/.exec(rule.style.src || rule.cssText)?.[1];
      if (!file || !drawing.includes(family)) continue;
      const address = new URL(file, sheet.href || document.baseURI).href;
      if (!fetched.has(address)) fetched.set(address, dataOf(address));
      const weight = rule.style.fontWeight || "normal";
      faces.push(`@font-face { font-family: "${family}"; font-weight: ${weight}; src: url("${await fetched.get(address)}") format("woff2"); }`);
    }
  }
  return [...new Set(faces)];
}

async function dataOf(address) {
  const blob = await (await fetch(address)).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
}

async function rasterOf({text, width, height}) {
  const image = new Image(), times = Math.min(TIMES, MOST_PIXELS / Math.max(width, height));
  image.src = URL.createObjectURL(new Blob([text], {type: "image/svg+xml"}));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * times), Math.round(height * times)];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise(resolve => canvas.toBlob(resolve, "image/png"));
}

// Hands a picture to the visitor, as "svg" or "png".
async function takeAway(picture, kind, name) {
  const blob = kind === "svg" ? new Blob([picture.text], {type: "image/svg+xml"}) : await rasterOf(picture);
  const link = document.createElement("a");
  link.download = `${name}.${kind}`;
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
