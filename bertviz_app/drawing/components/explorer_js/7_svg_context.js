// Draws on nothing: takes down as SVG what the drawings tell a canvas, as far as they use one.

const PLAIN = {font: "10px sans-serif", fillStyle: "#000000", strokeStyle: "#000000", globalAlpha: 1, lineWidth: 1, lineCap: "butt",
  textAlign: "start", textBaseline: "alphabetic", imageSmoothingEnabled: true, transform: ""};

class SvgContext {
  constructor() {
    this.measure = document.createElement("canvas").getContext("2d");
    this.nodes = [];
    this.into = this.nodes;
    this.saved = [];
    Object.assign(this, PLAIN);
  }

  save() {
    const state = Object.fromEntries(Object.keys(PLAIN).map(name => [name, this[name]]));
    this.saved.push({state, into: this.into});
  }

  restore() {
    const {state, into} = this.saved.pop();
    Object.assign(this, state, {into});
  }

  translate(x, y) { this.transform += `translate(${x} ${y})`; }
  rotate(angle) { this.transform += `rotate(${angle * 180 / Math.PI})`; }

  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${x} ${y}`; }
  lineTo(x, y) { this.path += `L${x} ${y}`; }
  rect(x, y, width, height) { this.path += `M${x} ${y}h${width}v${height}h${-width}z`; }
  stroke() { this.put("path", {d: this.path, fill: "none", ...this.line()}); }
  strokeRect(x, y, width, height) { this.put("rect", {x, y, width, height, fill: "none", ...this.line()}); }
  fillRect(x, y, width, height) { this.put("rect", {x, y, width, height, fill: this.color(this.fillStyle)}); }

  // What follows, until the state before comes back, is seen within the path only.
  clip() {
    const id = `clip-${Math.random().toString(36).slice(2)}`, group = svgElement("g", {"clip-path": `url(#${id})`});
    this.into.push(svgElement("clipPath", {id}, svgElement("path", {d: this.path})), group);
    this.into = {push: (...nodes) => group.append(...nodes)};
  }

  drawImage(canvas, x, y, width, height) {
    const how = this.imageSmoothingEnabled ? {} : {style: "image-rendering: pixelated"};
    this.put("image", {x, y, width, height, preserveAspectRatio: "none", href: canvas.toDataURL("image/png"), ...how});
  }

  measureText(text) {
    this.measure.font = this.font;
    return this.measure.measureText(text);
  }

  fillText(text, x, y) {
    const [, weight, size, family] = /^(?:(\d+) )?([\d.]+)px (.+)$/.exec(this.font);
    const anchor = {left: "start", start: "start", center: "middle", right: "end", end: "end"}[this.textAlign];
    const middle = this.textBaseline === "middle" ? 0.35 * size : 0;  // other programs know no baselines but the first
    const style = {"font-family": family, "font-size": size, "font-weight": weight || 400, "text-anchor": anchor, style: "white-space: pre"};
    this.put("text", {x, y: y + middle, fill: this.color(this.fillStyle), ...style}, String(text));
  }

  line() {
    return {stroke: this.color(this.strokeStyle), "stroke-width": this.lineWidth, "stroke-linecap": this.lineCap};
  }

  // A canvas reads every colour that a browser knows, mixed ones too, and tells it in numbers, which every program reads.
  color(style) {
    this.measure.fillStyle = style;
    const [, ...channels] = /^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)/.exec(this.measure.fillStyle) || [];
    return channels.length ? `rgb(${channels.map(channel => Math.round(255 * channel)).join(", ")})` : this.measure.fillStyle;
  }

  put(name, attributes, ...children) {
    const seen = this.globalAlpha < 1 ? {opacity: this.globalAlpha} : {};
    const moved = this.transform ? {transform: this.transform} : {};
    this.into.push(svgElement(name, {...attributes, ...seen, ...moved}, ...children));
  }
}
