// Explorers without a kernel: native inputs choose one of the frames that were made with the site.
for (const explorer of document.querySelectorAll(".explorer:has(input)")) {
  const controls = [...explorer.querySelectorAll("input")];
  const picture = explorer.querySelector("img");
  const sentence = explorer.querySelector("[role=status]");
  const sentences = JSON.parse(explorer.querySelector("script").textContent);
  const folder = picture.src.slice(0, picture.src.lastIndexOf("/"));

  const position = (control) => (control.type === "checkbox" ? Number(control.checked) : Number(control.value));
  const positions = (control) => (control.type === "checkbox" ? 2 : Number(control.max) + 1);
  // Frames are numbered like the digits of a number, the last control moving fastest.
  const frame = (positionOf) => controls.reduce((sum, each) => sum * positions(each) + positionOf(each), 0);
  const address = (number) => `${folder}/${number}.webp`;

  // Kept, so that the browser keeps the pictures.
  const fetched = new Map();
  const fetchAlong = (control) => {
    for (let value = 0; value < positions(control); value++) {
      const number = frame((each) => (each === control ? value : position(each)));
      if (!fetched.has(number)) {
        const image = new Image();
        image.src = address(number);
        fetched.set(number, image);
      }
    }
  };

  for (const control of controls) {
    control.addEventListener("pointerdown", () => fetchAlong(control));
    control.addEventListener("input", () => {
      fetchAlong(control);
      const number = frame(position);
      picture.src = address(number);
      sentence.textContent = sentences[number];
      if (control.type === "range") {
        const text = control.dataset.values.split(" ")[control.value];
        control.setAttribute("aria-valuetext", text);
        control.parentElement.querySelector("output").textContent = text;
      }
    });
  }
}
