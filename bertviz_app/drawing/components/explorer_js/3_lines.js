// One or more heads as lines: from each token at the left to those at the right that it looks at.
//
// A drawing is made of: `size(width)`, how large the whole of it is; `draw(context, view)`, the part of it in sight, `view` being
// {x, y, width, height}; `hit(x, y)`, what is there: {query}, {key}, both, or null; `move(item, step)`, where an arrow key leads.

const ROW = 27;

class Lines {
  constructor(state) {
    this.state = state;
    const {queries, keys} = state.header;
    this.queries = queries;
    this.keys = keys;
    this.heads = state.header.open.map((_, index) => state.arrays[`weights_${index}`].values);
  }

  size(width) {
    return {width, height: Math.max(this.queries.length, this.keys.length) * ROW + 12, top: 0};
  }

  layout(context, width) {
    context.font = `500 16px ${this.state.header.mono}`;
    const widest = tokens => Math.max(0, ...tokens.map(token => context.measureText(token.text).width));
    // Beside the tokens, room for the numbers of those heads that find some.
    const label = Math.min(Math.max(widest(this.queries), widest(this.keys)) + 12, width * (width < 420 ? 0.24 : 0.28), 170);
    const numbers = Math.max(1, Math.min(this.heads.length, Math.floor((width - 2 * label - 90) / 116), 3));
    return {label, numbers, number: 58, left: label + 58 * numbers, right: width - label - 58 * numbers};
  }

  draw(context, view) {
    const {state} = this, {palette} = state.header;
    const place = this.place = this.layout(context, view.width);
    const active = state.active();
    const seen = index => index * ROW + ROW + 6 > view.y && index * ROW < view.y + view.height;
    const y = index => index * ROW + ROW / 2 + 6 - view.y;
    context.lineCap = "round";
    this.heads.forEach((weights, which) => {
      context.strokeStyle = state.colors[which];
      for (let query = 0; query < this.queries.length; query++) {
        if (active && active.query !== undefined && active.query !== query) continue;
        const inSight = seen(query);
        for (let key = 0; key < this.keys.length; key++) {
          if (active && active.key !== undefined && active.key !== key) continue;
          const weight = weights[query * this.keys.length + key];
          if (weight < state.threshold || weight <= 0 || !(inSight || seen(key))) continue;
          context.globalAlpha = Math.sqrt(weight);
          context.lineWidth = 1 + 4 * weight;
          context.beginPath();
          context.moveTo(place.left, y(query));
          context.lineTo(place.right, y(key));
          context.stroke();
        }
      }
    });
    context.globalAlpha = 1;
    this.tokens(context, this.queries, "query", {view, seen, y, active, right: place.left});
    this.tokens(context, this.keys, "key", {view, seen, y, active, left: place.right});
    context.fillStyle = palette.ink;
  }

  // One column of tokens. Opposite of the active one they carry its weights, as a bar behind them and as numbers.
  tokens(context, tokens, side, {seen, y, active, left, right}) {
    const {state, place} = this, {palette, mono, font} = state.header, isLeft = side === "query";
    const other = isLeft ? "key" : "query";
    tokens.forEach((token, index) => {
      if (!seen(index)) return;
      const chosen = active && active[side] === index;
      const start = isLeft ? place.number * place.numbers : left;
      if (active && active[side] === undefined) {
        this.heads.slice(0, place.numbers).forEach((weights, which) => {
          const weight = isLeft ? weights[index * this.keys.length + active.key] : weights[active.query * this.keys.length + index];
          if (which === 0) {
            const length = (place.label - 4) * weight;
            context.globalAlpha = 0.35;
            context.fillStyle = state.colors[0];
            context.fillRect(isLeft ? right - 2 - length : left + 2, y(index) - ROW / 2 + 2, length, ROW - 4);
            context.globalAlpha = 1;
          }
          if (weight < state.threshold) return;
          context.font = `14.5px ${font}`;
          context.fillStyle = this.heads.length > 1 ? readable(state, which) : palette.ink;
          context.textAlign = isLeft ? "left" : "right";
          const far = which * place.number;
          context.fillText(percent(weight), isLeft ? far : place.right + place.label + place.number * place.numbers - far, y(index) + 1);
        });
      }
      if (chosen) {
        context.fillStyle = palette.accent;
        context.fillRect(start + 1, y(index) - ROW / 2 + 1, place.label - 2, ROW - 2);
      }
      context.font = `500 16px ${mono}`;
      context.textAlign = isLeft ? "right" : "left";
      context.textBaseline = "middle";
      context.fillStyle = chosen ? palette.paper : token.color;
      context.globalAlpha = active && active[side] !== undefined && !chosen && active[other] === undefined ? 0.45 : 1;
      context.fillText(fitted(context, token.text, place.label - 12), isLeft ? right - 6 : left + 6, y(index) + 1);
      context.globalAlpha = 1;
    });
  }

  hit(x, y) {
    const index = Math.floor((y - 6) / ROW), {left, right} = this.place;
    if (index < 0) return null;
    if (x < left && index < this.queries.length) return {query: index};
    if (x > right && index < this.keys.length) return {key: index};
    return null;
  }

  move(item, step) {
    if (step.across) return step.across > 0 ? {key: within(item.query ?? item.key, this.keys)} : {query: within(item.key ?? item.query, this.queries)};
    const side = item.query !== undefined ? "query" : "key";
    return {[side]: within(item[side] + step.down, side === "query" ? this.queries : this.keys)};
  }

  rowOf(item) {
    return {start: (item.query ?? item.key) * ROW, end: (item.query ?? item.key) * ROW + ROW + 12};
  }

  say(item) {
    return strongest(this, this.heads[0], item);
  }
}

// What is said of a token: the strongest of its weights, as the one that looks or as the one that is looked at.
function strongest({state, queries, keys}, weights, item) {
  const looking = item.query !== undefined;
  const of = index => (looking ? weights[item.query * keys.length + index] : weights[index * keys.length + item.key]);
  const others = looking ? keys : queries;
  if (!others.length) return "";
  const best = others.reduce((best, _, index) => (of(index) > of(best) ? index : best), 0);
  const [from, to] = looking ? [queries[item.query], keys[best]] : [queries[best], keys[item.key]];
  return `${state.header.names[0]}: “${from.text}” looks most at “${to.text}”, ${percent(of(best))}`;
}

const within = (index, tokens) => Math.max(0, Math.min(tokens.length - 1, index));

// A head's colour as text: some of the colours are too faint for letters.
const readable = (state, which) => `color-mix(in srgb, ${state.colors[which]} 60%, ${state.header.palette.ink})`;
