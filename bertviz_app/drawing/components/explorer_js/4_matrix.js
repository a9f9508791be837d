// One head as a square of cells: rows look at columns.

class Matrix {
  constructor(state) {
    this.state = state;
    this.queries = state.header.queries;
    this.keys = state.header.keys;
    this.weights = state.arrays.weights_0.values;
    this.paint();
  }

  // One pixel a cell, drawn larger afterwards: 262,144 rectangles would take a second.
  paint() {
    const {state, weights} = this;
    if (!weights.length) return;
    const picture = new ImageData(this.keys.length, this.queries.length);
    weights.forEach((weight, index) => {
      picture.data.set(state.weights(weight < state.threshold ? 0 : Math.sqrt(weight)), 4 * index);
      picture.data[4 * index + 3] = 255;
    });
    this.picture = document.createElement("canvas");
    [this.picture.width, this.picture.height] = [picture.width, picture.height];
    this.picture.getContext("2d").putImageData(picture, 0, 0);
  }

  size(width) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `500 16px ${this.state.header.mono}`;
    const widest = Math.max(...[...this.queries, ...this.keys].map(token => context.measureText(token.text).width), 0);
    this.gutter = Math.min(Math.ceil(widest) + 16, 140, Math.round(width * 0.3));
    this.cell = Math.max(2, Math.min(38, Math.floor((width - this.gutter - 8) / Math.max(1, this.keys.length))));
    if (this.cell > 4 && this.cell < 15) this.cell = 15;  // labels need room; the rest is scrolled to
    return {width: this.gutter + this.cell * this.keys.length + 8, height: this.gutter + this.cell * this.queries.length + 8, top: this.gutter};
  }

  draw(context, view) {
    const {state, gutter, cell, queries, keys} = this, {palette, mono} = state.header;
    const active = state.active();
    context.save();
    context.beginPath();
    context.rect(gutter, gutter, view.width - gutter, view.height - gutter);
    context.clip();
    context.imageSmoothingEnabled = false;
    if (this.picture) context.drawImage(this.picture, gutter - view.x, gutter - view.y, keys.length * cell, queries.length * cell);
    context.strokeStyle = palette.paper;
    context.lineWidth = 1;
    if (cell >= 12) {
      context.beginPath();
      for (let i = 1; i < queries.length; i++) line(context, gutter, gutter + i * cell - view.y, view.width, 0);
      for (let i = 1; i < keys.length; i++) line(context, gutter + i * cell - view.x, gutter, 0, view.height);
      context.stroke();
    }
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    if (active?.query !== undefined) context.strokeRect(gutter - view.x, gutter + active.query * cell - view.y, keys.length * cell, cell);
    if (active?.key !== undefined) context.strokeRect(gutter + active.key * cell - view.x, gutter - view.y, cell, queries.length * cell);
    context.restore();
    context.font = `500 ${Math.min(16, Math.max(14, cell - 2))}px ${mono}`;
    context.textBaseline = "middle";
    const step = Math.ceil(16 / cell);
    const shown = (index, chosen) => index % step === 0 || index === chosen;
    const near = (index, chosen) => chosen !== undefined && index !== chosen && Math.abs(index - chosen) < step;
    queries.forEach((token, index) => {
      const y = gutter + (index + 0.5) * cell - view.y;
      if (y < gutter || y > view.height + cell || !shown(index, active?.query) || near(index, active?.query)) return;
      context.fillStyle = index === active?.query ? palette.accent : token.color;
      context.textAlign = "right";
      context.fillText(fitted(context, token.text, gutter - 14), gutter - 7, y + 1);
    });
    keys.forEach((token, index) => {
      const x = gutter + (index + 0.5) * cell - view.x;
      if (x < gutter || x > view.width + cell || !shown(index, active?.key) || near(index, active?.key)) return;
      context.save();
      context.translate(x, gutter - 7);
      context.rotate(-Math.PI / 2);
      context.fillStyle = index === active?.key ? palette.accent : token.color;
      context.textAlign = "left";
      context.fillText(fitted(context, token.text, gutter - 14), 0, 1);
      context.restore();
    });
  }

  hit(x, y) {
    const column = Math.floor((x - this.gutter) / this.cell), row = Math.floor((y - this.gutter) / this.cell);
    const inRows = row >= 0 && row < this.queries.length, inColumns = column >= 0 && column < this.keys.length;
    if (inRows && inColumns) return {query: row, key: column};
    if (inRows && x < this.gutter) return {query: row};
    if (inColumns && y < this.gutter) return {key: column};
    return null;
  }

  move(item, step) {
    return {query: within((item.query ?? 0) + step.down, this.queries), key: within((item.key ?? 0) + step.across, this.keys)};
  }

  rowOf(item) {
    const start = (item.query ?? 0) * this.cell;
    return {start, end: start + this.cell + this.gutter + 8};
  }

  say(item) {
    if (item.query === undefined || item.key === undefined) return strongest(this, this.weights, item);
    const n = this.keys.length;
    return `${this.state.header.names[0]}: “${this.queries[item.query].text}” looks at “${this.keys[item.key].text}”, ${percent(this.weights[item.query * n + item.key])}`;
  }
}

function line(context, x, y, across, down) {
  context.moveTo(x, y);
  context.lineTo(x + across, y + down);
}
