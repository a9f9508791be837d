// All heads, small: layers go down, heads across.

class Thumbnails {
  constructor(canvas, open) {
    this.canvas = canvas;
    this.open = open;
    this.at = null;  // the head under the pointer
    canvas.addEventListener("mousemove", event => this.point(this.headAt(event)));
    canvas.addEventListener("mouseleave", () => this.point(null));
    canvas.addEventListener("click", event => {
      const head = this.headAt(event);
      if (head) this.open(head, event.shiftKey || event.ctrlKey || event.metaKey);
    });
    canvas.addEventListener("keydown", event => {
      const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
      if (!step) return;
      event.preventDefault();
      const [layer, head] = this.state.header.open[0];
      const next = [layer + step[0], head + step[1]];
      if (next[0] >= 0 && next[0] < this.layers && next[1] >= 0 && next[1] < this.heads) this.open(next, false);
    });
  }

  show(state) {
    this.state = state;
    [this.layers, this.heads, this.rows, this.columns] = state.arrays.levels.shape;
    this.paint();
    this.draw();
  }

  // Every head at one pixel a cell, [layer · rows, head · columns]; weights below the threshold stay paper.
  paint() {
    const {levels} = this.state.arrays, {rows, columns, layers, heads} = this;
    const lowest = 255 * Math.sqrt(this.state.threshold);
    const picture = new ImageData(heads * columns, layers * rows);
    let source = 0;
    for (let layer = 0; layer < layers; layer++)
      for (let head = 0; head < heads; head++)
        for (let row = 0; row < rows; row++) {
          let target = 4 * ((layer * rows + row) * heads + head) * columns;
          for (let column = 0; column < columns; column++, target += 4) {
            const level = levels.values[source++];
            picture.data.set(this.state.weights(level < lowest ? 0 : level / 255), target);
            picture.data[target + 3] = 255;
          }
        }
    this.picture = document.createElement("canvas");
    [this.picture.width, this.picture.height] = [picture.width, picture.height];
    this.picture.getContext("2d").putImageData(picture, 0, 0);
  }

  draw() {
    const {canvas, state, rows, columns} = this, {palette, font, open} = state.header;
    const width = canvas.parentElement.clientWidth;
    this.left = 30;
    this.top = 42;
    this.side = Math.max(14, Math.min(64, Math.floor((width - this.left - 2) / this.heads)));
    const context = sized(canvas, this.left + this.heads * this.side + 2, this.top + this.layers * this.side + 2);
    context.font = `14.5px ${font}`;
    context.fillStyle = palette.muted;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText("layer ↓   head →", 0, 10);
    context.textAlign = "center";
    const step = this.side < 20 ? 2 : 1;
    for (let i = 0; i < this.heads; i += step) context.fillText(i + 1, this.left + (i + 0.5) * this.side, this.top - 11);
    for (let i = 0; i < this.layers; i += step) context.fillText(i + 1, this.left / 2 - 2, this.top + (i + 0.5) * this.side);
    context.imageSmoothingEnabled = columns > this.side * devicePixelRatio;
    for (let layer = 0; layer < this.layers; layer++)
      for (let head = 0; head < this.heads; head++) {
        const [x, y] = this.placeOf([layer, head]);
        context.drawImage(this.picture, head * columns, layer * rows, columns, rows, x + 2, y + 2, this.side - 4, this.side - 4);
        context.strokeStyle = palette.grid;
        context.lineWidth = 1;
        context.strokeRect(x + 1.5, y + 1.5, this.side - 3, this.side - 3);
      }
    open.forEach((head, index) => this.frame(context, head, state.colors[index], 3.5));
    if (this.at) this.frame(context, this.at, palette.ink, 1.5);
  }

  frame(context, head, color, width) {
    const [x, y] = this.placeOf(head);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.strokeRect(x + 1, y + 1, this.side - 2, this.side - 2);
  }

  placeOf([layer, head]) {
    return [this.left + head * this.side, this.top + layer * this.side];
  }

  headAt(event) {
    const head = Math.floor((event.offsetX - this.left) / this.side), layer = Math.floor((event.offsetY - this.top) / this.side);
    return layer >= 0 && head >= 0 && layer < this.layers && head < this.heads ? [layer, head] : null;
  }

  point(head) {
    if (String(head) === String(this.at)) return;
    this.at = head;
    this.canvas.style.cursor = head ? "pointer" : "default";
    this.state.say(head ? this.state.header.titles[head[0] * this.heads + head[1]] : "");
    this.draw();
  }
}

// A canvas of so many CSS pixels, sharp on every screen; its context, cleared.
function sized(canvas, width, height) {
  const ratio = Math.min(devicePixelRatio || 1, 3);
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}
