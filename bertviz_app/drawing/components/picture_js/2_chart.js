// The buttons below a chart of Plotly's, which it has drawn into this page as SVG; what is in three dimensions is a canvas between.

// A browser keeps nothing of a WebGL canvas once it was shown: Plotly draws the scene again and reads it in the same turn.
function imageOf(canvas, chart) {
  const scene = Object.values(chart._fullLayout).map(part => part?._scene).find(one => one?.container?.contains(canvas));
  return scene ? scene.toImage("png") : canvas.toDataURL("image/png");
}

function nodesOf(chart) {
  const box = chart.getBoundingClientRect(), nodes = [];
  for (const layer of chart.querySelectorAll("svg.main-svg, .gl-container canvas")) {
    const place = layer.getBoundingClientRect();
    const attributes = {x: place.left - box.left, y: place.top - box.top, width: place.width, height: place.height};
    if (layer instanceof HTMLCanvasElement) {
      nodes.push(svgElement("image", {...attributes, href: imageOf(layer, chart)}));
      continue;
    }
    const copy = layer.cloneNode(true);
    copy.querySelectorAll(".hoverlayer, .draglayer").forEach(part => part.remove());  // what answers a hand has nothing to see
    copy.style.background = "none";
    for (const [name, value] of Object.entries(attributes)) copy.setAttribute(name, value);
    nodes.push(copy);
  }
  return nodes;
}

export default function({data, parentElement}) {
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = async () => {
      const chart = document.querySelector(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`);
      if (!chart) return;
      const {width, height} = chart.getBoundingClientRect();
      const picture = await pictureOf(nodesOf(chart), {width: Math.round(width), height: Math.round(height)}, data.caption, data.look);
      await takeAway(picture, button.dataset.kind, data.name);
    };
  }
  for (const [name, value] of Object.entries(data.look)) parentElement.querySelector(".buttons").style.setProperty("--" + name, value);
}
