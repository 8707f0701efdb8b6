/**
 * Slider buttons and the lightbox over numbered figures. The lightbox opens from `#picture-3`, Back closes it.
 * Without this file the figures stand in a row and lead to their files.
 */
const me = document.querySelector("script[data-photoswipe]");
let lightbox;

/** PhotoSwipe writes its icons as HTML; nothing but those SVGs may pass. */
function allowIcons() {
  globalThis.trustedTypes?.createPolicy("default", {
    createHTML(text) {
      if (/^\s*<svg[^<>]*>(<(path|use|circle)[^<>]*(\/>|><\/(path|use|circle)>)\s*)*<\/svg>\s*$/.test(text) || text === "") return text;
      throw new TypeError("refused HTML");
    },
  });
}

async function open(links, index, words) {
  if (!lightbox) {
    allowIcons();
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: me.dataset.style });
    const styled = new Promise((done) => { style.onload = style.onerror = done; });
    document.head.append(style);
    const [{ default: PhotoSwipe }] = await Promise.all([import(me.dataset.photoswipe), styled]);
    lightbox = PhotoSwipe;
  }
  const items = links.map((link) => ({
    src: link.href, width: +link.dataset.width, height: +link.dataset.height,
    alt: link.querySelector("img")?.alt ?? "", caption: link.closest("figure").querySelector("figcaption")?.textContent ?? "",
  }));
  const shown = new lightbox({ dataSource: items, index, bgOpacity: 0.94, returnFocus: false, showHideAnimationType: "none", rtl: document.dir === "rtl",
    closeTitle: words.close, zoomTitle: words.zoom, arrowPrevTitle: words.previous, arrowNextTitle: words.next, errorMsg: words.failed });
  let byBack = false;
  const back = () => { byBack = true; shown.close(); };
  shown.on("uiRegister", () => shown.ui.registerElement({
    name: "caption", order: 9, isButton: false, appendTo: "root", className: "pswp__words",
    onInit: (element) => shown.on("change", () => { element.textContent = shown.currSlide.data.caption; }),
  }));
  shown.on("change", () => history.replaceState(history.state, "", `#picture-${shown.currIndex + 1}`));
  shown.on("destroy", () => {
    removeEventListener("popstate", back);
    links[shown.currIndex].focus();
    if (!byBack) history.back();
  });
  history.pushState({ lightbox: true }, "", `#picture-${index + 1}`);
  addEventListener("popstate", back);
  shown.init();
}

function buttons(strip) {
  const acts = document.createElement("p");
  acts.className = "slider__acts";
  const count = document.createElement("span");
  const figures = [...strip.querySelectorAll("figure")];
  const edge = document.dir === "rtl" ? "right" : "left";
  const now = () => figures.reduce((best, figure, i) => {
    const gap = Math.abs(figure.getBoundingClientRect()[edge] - strip.getBoundingClientRect()[edge]);
    return gap < best.gap ? { gap, i } : best;
  }, { gap: Infinity, i: 0 }).i;
  const tell = () => { count.textContent = `${now() + 1} / ${figures.length}`; };
  for (const [step, shape, name] of [[-1, "M15 18l-6-6 6-6", strip.dataset.previous], [1, "M9 18l6-6-6-6", strip.dataset.next]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "icon" });
    button.setAttribute("aria-label", name);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.append(Object.assign(document.createElementNS("http://www.w3.org/2000/svg", "path")));
    svg.firstChild.setAttribute("d", shape);
    button.append(svg);
    button.addEventListener("click", () => figures[Math.min(Math.max(now() + step, 0), figures.length - 1)].scrollIntoView({ block: "nearest", inline: "start" }));
    acts.append(button);
  }
  acts.append(count);
  strip.addEventListener("scroll", tell, { passive: true });
  strip.after(acts);
  tell();
}

export function enhance(gallery) {
  const links = [...gallery.querySelectorAll("figure > a")];
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(links, index, gallery.dataset);
  }));
  if (gallery.classList.contains("slides--strip") && links.length > 1) buttons(gallery);
  const wanted = /^#picture-(\d+)$/.exec(location.hash);
  if (wanted && links[wanted[1] - 1] && gallery === document.querySelector("[data-gallery]")) {
    history.replaceState(null, "", location.pathname + location.search);
    open(links, wanted[1] - 1, gallery.dataset);
  }
}

document.querySelectorAll("[data-gallery]").forEach(enhance);
