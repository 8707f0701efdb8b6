/** Click-to-view: another site's frame is made only after the reader has agreed. Without this file a link stays. */
export function enhance(box) {
  const button = box.querySelector("[data-embed-agree]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: box.dataset.embed, title: box.dataset.title, loading: "lazy", allowFullscreen: true, referrerPolicy: "no-referrer" });
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
    box.replaceChildren(frame);
    frame.focus();
  });
}

document.querySelectorAll("[data-embed]").forEach(enhance);
