// Crop: a shape, and where it lies. Sliders do everything; dragging on the picture is the quick way.

/** What opens the dialog for a picture's row. */
export function startCrop(dialog, changed) {
  const image = dialog.querySelector("img[data-image]");
  const svg = dialog.querySelector("svg");
  const { across, down, closer } = dialog.querySelector("form").elements;
  const ratios = [...dialog.querySelectorAll("input[name=ratio]")];
  let row = null;

  const ratio = () => ratios.find((each) => each.checked).value;

  /** The box in fractions of the picture: [x, y, width, height]. */
  function box() {
    const [wide, high] = ratio().split(":").map(Number);
    const shape = Number(row.dataset.width) / Number(row.dataset.height);
    const wanted = wide / high / shape;
    const zoom = 1 - Number(closer.value) / 100;
    const width = Math.min(1, wanted) * zoom;
    const height = Math.min(1, 1 / wanted) * zoom;
    return [(across.value / 100) * (1 - width), (down.value / 100) * (1 - height), width, height].map(
      (side) => Math.round(side * 10000) / 10000,
    );
  }

  function draw() {
    const whole = !ratio();
    svg.toggleAttribute("hidden", whole);
    dialog.querySelector("[data-sliders]").hidden = whole;
    if (whole) return;
    const [x, y, width, height] = box().map((side) => side * 1000);
    svg.querySelector("[data-shade]").setAttribute("d", `M0 0H1000V1000H0Z M${x} ${y}h${width}v${height}h${-width}Z`);
    const frame = svg.querySelector("[data-frame]");
    for (const [name, value] of Object.entries({ x, y, width, height })) frame.setAttribute(name, String(value));
  }

  function open(opened) {
    row = opened;
    image.src = row.dataset.url;
    const [chosen, sides] = row.querySelector(`[name="crop-${row.dataset.picture}"]`).value.split("@");
    for (const each of ratios) each.checked = each.value === chosen;
    across.value = down.value = 50;
    closer.value = 0;
    if (sides) place(sides.split(",").map(Number));
    draw();
    dialog.returnValue = "";
    dialog.showModal();
  }

  function place([x, y, width, height]) {
    closer.value = 0;
    const [, , widest] = box();
    closer.value = Math.round((1 - width / widest) * 100);
    across.value = width < 1 ? (x / (1 - width)) * 100 : 50;
    down.value = height < 1 ? (y / (1 - height)) * 100 : 50;
  }

  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    move(event);
  });
  svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && move(event));

  function move(event) {
    const { left, top, width, height } = svg.getBoundingClientRect();
    const [, , wide, high] = box();
    const at = (point, size) => (size < 1 ? Math.max(0, Math.min(1, (point - size / 2) / (1 - size))) * 100 : 50);
    across.value = at((event.clientX - left) / width, wide);
    down.value = at((event.clientY - top) / height, high);
    draw();
  }

  dialog.addEventListener("input", draw);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "use") return;
    const chosen = ratio();
    const field = row.querySelector(`[name="crop-${row.dataset.picture}"]`);
    field.value = chosen ? `${chosen}@${box().join(",")}` : "";
    changed();
  });
  return open;
}
