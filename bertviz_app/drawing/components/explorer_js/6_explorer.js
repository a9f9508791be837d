// The whole: thumbnails, the opened head, and what a hand or a keyboard does with them. It outlives the reruns of the page.

// Nothing to draw: the weights of a long text come when they are asked for.
class Closed {
  size = width => ({width, height: 0, top: 0});
  draw() {}
}

const LONGEST_PICTURE = 8000, EDGE = 16;  // pixels of a picture that is taken away

const DRAWINGS = {Lines, Matrix, Neurons, Closed};

class Explorer {
  constructor(root) {
    const find = name => root.querySelector("." + name);
    this.root = root;
    this.box = find("box");
    this.canvas = find("head");
    this.spacer = find("spacer");
    this.readout = find("readout");
    this.slider = find("threshold");
    this.chips = find("chips");
    this.beside = find("beside");
    this.ask = find("ask");
    this.state = {threshold: 0, fixed: null, hover: null, active: () => this.state.hover || this.state.fixed, say: text => this.say(text)};
    this.thumbnails = new Thumbnails(find("thumbnails"), (head, beside) => this.open(head, beside || this.beside.checked));
    this.received = 0;
    this.listen();
  }

  listen() {
    this.slider.addEventListener("input", () => {
      // Most weights are small: the slider walks through their square roots.
      this.state.threshold = (this.slider.value / 100) ** 2;
      this.tellThreshold();
      this.thumbnails.paint();
      this.thumbnails.draw();
      this.drawing.paint?.();
      this.draw();
    });
    this.canvas.addEventListener("mousemove", event => this.hover(this.hit(event)));
    this.canvas.addEventListener("mouseleave", () => this.hover(null));
    this.canvas.addEventListener("click", event => this.fix(this.hit(event)));
    this.canvas.addEventListener("keydown", event => this.key(event));
    this.box.addEventListener("scroll", () => this.draw());
    for (const button of this.root.querySelectorAll("[data-kind]")) button.addEventListener("click", () => this.save(button.dataset.kind));
    this.ask.addEventListener("click", () => this.open(this.state.header.open[0], false));
    new ResizeObserver(() => this.state.header && this.resized()).observe(this.root);
  }

  async receive(bytes) {
    const turn = ++this.received;
    const {header, arrays} = await unpack(bytes);
    if (turn !== this.received) return;  // something newer has come meanwhile
    const {state} = this, sameTokens = state.header?.about === header.about;
    Object.assign(state, {header, arrays, hover: null, fixed: sameTokens ? state.fixed : null});
    state.weights = scaleOf(header.weights);
    state.signed = scaleOf(header.signed);
    state.colors = header.colors;
    for (const [name, value] of Object.entries(header.palette)) this.root.style.setProperty("--" + name, value);
    this.root.querySelector(".bar").style.background = `linear-gradient(to right, ${header.weights.map(([, color]) => color).join(", ")})`;
    if (!sameTokens) this.box.scrollTop = 0;
    this.canvas.setAttribute("aria-label", header.alt);
    this.ask.textContent = `Open ${header.names[0]}`;
    this.root.dataset.mode = header.mode;
    this.drawing = new DRAWINGS[header.mode](state);
    this.tellHeads();
    this.tellThreshold();
    this.thumbnails.show(state);
    this.resized();
    this.say("");
    Object.assign(this.root.dataset, {ready: header.names[0], tokens: header.tokens.length});
  }

  resized() {
    const width = this.box.parentElement.clientWidth;
    this.whole = this.drawing.size(width);
    this.box.style.height = `${Math.min(this.whole.height, this.state.header.height) + (this.whole.width > width ? 16 : 0)}px`;
    [this.spacer.style.width, this.spacer.style.height] = [`${this.whole.width}px`, `${this.whole.height}px`];
    this.thumbnails.draw();
    this.draw();
  }

  draw() {
    const {clientWidth: width, clientHeight: height, scrollLeft: x, scrollTop: y} = this.box;
    const context = sized(this.canvas, width, height);
    context.fillStyle = this.state.header.palette.paper;
    context.fillRect(0, 0, width, height);
    this.drawing.draw(context, {x, y, width, height});
  }

  hit(event) {
    const {scrollLeft, scrollTop} = this.box, {offsetX, offsetY} = event, {top} = this.whole;
    // What stands above the rows, and in a matrix beside them, does not scroll along.
    const x = this.drawing.gutter && offsetX < this.drawing.gutter ? offsetX : offsetX + scrollLeft;
    return this.drawing.hit(x, top && offsetY < top ? offsetY : offsetY + scrollTop);
  }

  hover(item) {
    if (JSON.stringify(item) === JSON.stringify(this.state.hover)) return;
    this.state.hover = item;
    this.canvas.style.cursor = item ? "pointer" : "default";
    const said = item || this.state.fixed;
    this.say(said ? this.drawing.say(said) : "");
    this.draw();
  }

  // A click holds a token; another click on it lets it go.
  fix(item) {
    const one = item && (item.query !== undefined ? {query: item.query} : {key: item.key});
    const chosen = this.state.header.mode === "Neurons" && one ? {query: one.key ?? one.query} : one;
    this.state.fixed = JSON.stringify(chosen) === JSON.stringify(this.state.fixed) ? null : chosen;
    this.draw();
  }

  key(event) {
    const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    if (event.key === "Escape") {
      this.state.fixed = this.state.hover = null;
      this.say("");
      this.draw();
    }
    if (!step) return;
    event.preventDefault();
    this.state.hover = null;
    const {fixed} = this.state;
    const next = this.state.fixed = fixed ? this.drawing.move(fixed, {down: step[0], across: step[1]}) : {query: 0};
    const {start, end} = this.drawing.rowOf(next);
    if (start < this.box.scrollTop) this.box.scrollTop = start;
    else if (end > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = end - this.box.clientHeight;
    this.say(this.drawing.say(next));
    this.draw();
  }

  // The frame moves at once; the page is asked when the hand rests.
  open(head, beside) {
    const {header} = this.state, [first, ...others] = header.open;
    if (!beside) {
      header.open = [head, ...others.filter(other => String(other) !== String(head))];
      this.thumbnails.draw();
    } else if (String(head) === String(first)) return;
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.tell("opened", {layer: head[0], head: head[1], beside}), beside ? 0 : 120);
  }

  tellHeads() {
    const {header, colors} = this.state;
    this.chips.replaceChildren(...header.names.map((name, index) => {
      const chip = document.createElement(index ? "button" : "span");
      chip.textContent = index ? `${name} ×` : name;
      chip.className = "chip";
      chip.style.setProperty("--color", colors[index]);
      if (index) {
        chip.setAttribute("aria-label", `Remove ${name}`);
        chip.onclick = () => this.tell("opened", {layer: header.open[index][0], head: header.open[index][1], beside: true});
      }
      return chip;
    }));
  }

  tellThreshold() {
    this.root.querySelector(".least").textContent = percent(this.state.threshold);
  }

  say(text) {
    this.readout.textContent = text || this.state.header?.hint || "";
  }

  // The whole of the opened head as a picture, also what is scrolled out of sight.
  async save(kind) {
    const {header} = this.state, context = new SvgContext(), size = {width: this.whole.width, height: Math.min(this.whole.height, LONGEST_PICTURE)};
    this.drawing.draw(context, {x: 0, y: 0, ...size});
    this.draw();  // which puts the layout back
    const look = {...header.palette, font: header.font};
    const within = svgElement("g", {transform: `translate(${EDGE} ${EDGE})`}, ...context.nodes);
    const picture = await pictureOf([within], {width: size.width + 2 * EDGE, height: size.height + 2 * EDGE}, header.caption, look);
    await takeAway(picture, kind, `inside-bert-${header.names[0].toLowerCase().replace(/[ .]/g, "-")}`);
  }
}

export default function({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector(".explorer");
  const explorer = root.explorer ??= new Explorer(root);
  explorer.tell = setTriggerValue;
  explorer.receive(data);
}
