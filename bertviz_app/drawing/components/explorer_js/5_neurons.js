// How one query makes its row of weights: q times k, dimension by dimension, added up, divided by √width, and through the softmax.

const STRIP = 30;

class Neurons {
  constructor(state) {
    this.state = state;
    this.tokens = state.header.tokens;
    this.q = state.arrays.queries.values;
    this.k = state.arrays.keys.values;
    this.width = state.arrays.queries.shape[1];
    this.distances = state.arrays.distances?.values; // what the head adds for how far two tokens are apart; none in most models
    this.top = 76;
    const largest = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    this.limit = Math.max(largest(this.q), largest(this.k));
  }

  size(width) {
    return {width, height: this.top + this.tokens.length * STRIP + 8, top: this.top};
  }

  query() {
    return within(this.state.fixed?.query ?? this.state.fixed?.key ?? 1, this.tokens);
  }

  // The row of one query: products [key, dimension], scores and weights [key].
  row(query) {
    if (this.made?.query === query) return this.made;
    const {width, q, k, tokens} = this, scores = new Float64Array(tokens.length), products = new Float32Array(tokens.length * width);
    for (let key = 0; key < tokens.length; key++) {
      for (let d = 0; d < width; d++) scores[key] += (products[key * width + d] = q[query * width + d] * k[key * width + d]);
      scores[key] = scores[key] / Math.sqrt(width) + this.added(query, key);
    }
    const most = Math.max(...scores), powers = scores.map(score => Math.exp(score - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    const limit = products.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    return this.made = {query, products, scores, weights: powers.map(power => power / sum), limit};
  }

  added(query, key) {
    return this.distances ? this.distances[query * this.tokens.length + key] : 0;
  }

  layout(width) {
    const narrow = width < 420, label = Math.min(width * 0.22, 120), number = narrow ? 0 : 62, bar = narrow ? 62 : 124, gap = narrow ? 8 : 16;
    const strip = Math.max(40, (width - label - number - bar - 3 * gap) / 2);
    return {label, number, bar, gap, strip, k: label, product: label + strip + gap, score: label + 2 * (strip + gap), weight: label + 2 * (strip + gap) + number + gap};
  }

  draw(context, view) {
    const {state, tokens, width} = this, {palette, mono, font} = state.header, place = this.place = this.layout(view.width);
    const query = this.query(), {products, scores, weights, limit} = this.row(query), active = state.active();
    context.textBaseline = "middle";
    tokens.forEach((token, key) => {
      const y = this.top + key * STRIP - view.y;
      if (y + STRIP < this.top || y > view.height) return;
      if (active?.key === key) {
        context.fillStyle = palette.grid;
        context.fillRect(0, y, view.width, STRIP);
      }
      context.font = `500 16px ${mono}`;
      context.textAlign = "right";
      context.fillStyle = token.color;
      context.fillText(fitted(context, token.text, place.label - 12), place.label - 8, y + STRIP / 2 + 1);
      this.strip(context, this.k.subarray(key * width, (key + 1) * width), this.limit, place.k, y + 3);
      this.strip(context, products.subarray(key * width, (key + 1) * width), limit, place.product, y + 3);
      context.font = `14.5px ${font}`;
      context.fillStyle = palette.ink;
      if (place.number) context.fillText(signedNumber(scores[key]), place.score + place.number, y + STRIP / 2 + 1);
      context.fillStyle = state.colors[0];
      const room = place.bar - 60;
      context.fillRect(place.weight, y + 7, Math.max(0, room * weights[key]), STRIP - 14);
      context.fillStyle = palette.ink;
      context.fillText(percent(weights[key]), place.weight + place.bar, y + STRIP / 2 + 1);
    });
    // The head of the table stays in sight.
    context.fillStyle = palette.paper;
    context.fillRect(0, 0, view.width, this.top);
    context.font = `14.5px ${font}`;
    context.fillStyle = palette.muted;
    context.textAlign = "left";
    context.fillText("q of the query", place.k, 10);
    if (place.number) context.fillText(`blue below 0, rust above; deepest at ±${this.limit.toFixed(1)}`, place.product, 32);
    context.fillText("k", place.k, this.top - 12);
    context.fillText("q × k", place.product, this.top - 12);
    context.textAlign = "right";
    if (place.number) context.fillText("sum / √" + width + (this.distances ? " + b" : ""), place.score + place.number, this.top - 12);
    context.fillText("softmax", place.weight + place.bar, this.top - 12);
    context.font = `500 16px ${mono}`;
    context.fillStyle = palette.accent;
    context.fillText(fitted(context, tokens[query].text, place.label - 12), place.label - 8, 32);
    this.strip(context, this.q.subarray(query * width, (query + 1) * width), this.limit, place.k, 20);
  }

  // The numbers of a vector as cells side by side, blue below 0, rust above.
  strip(context, values, limit, x, y) {
    const cell = this.place.strip / this.width;
    values.forEach((value, d) => {
      context.fillStyle = css(this.state.signed(0.5 + value / limit / 2));
      context.fillRect(x + d * cell, y, cell + 0.4, STRIP - 6);
    });
    context.strokeStyle = this.state.header.palette.grid;
    context.lineWidth = 1;
    context.strokeRect(x, y, this.place.strip, STRIP - 6);
  }

  hit(x, y) {
    const key = Math.floor((y - this.top) / STRIP);
    if (key < 0 || key >= this.tokens.length) return null;
    const {place} = this;
    const within = start => (x >= start && x < start + place.strip ? Math.floor((x - start) / place.strip * this.width) : undefined);
    return {key, dimension: within(place.k) ?? within(place.product)};
  }

  // The arrows walk through the queries.
  move(_, step) {
    return {query: within(this.query() + step.down + step.across, this.tokens)};
  }

  rowOf(item) {
    const start = (item.query ?? item.key) * STRIP;
    return {start, end: start + STRIP + this.top + 8};
  }

  say(item) {
    const query = this.query(), {scores, weights, products} = this.row(query), key = item.key ?? item.query, d = item.dimension;
    const [from, to] = [this.tokens[query].text, this.tokens[key].text];
    if (d !== undefined) {
      const [q, k] = [this.q[query * this.width + d], this.k[key * this.width + d]];
      return `dimension ${d + 1}: q of “${from}” ${signedNumber(q)} × k of “${to}” ${signedNumber(k)} = ${signedNumber(products[key * this.width + d])}`;
    }
    return `${this.state.header.names[0]}: “${from}” → “${to}”: q · k / √${this.width}${this.distances ? ` + b(distance) ${signedNumber(this.added(query, key))}` : ""} = ${signedNumber(scores[key])}, softmax ${percent(weights[key])}`;
  }
}
