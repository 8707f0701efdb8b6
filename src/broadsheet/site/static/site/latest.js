/** Turns "See more" into load-in-place. Without this file it stays a link. */
const policy = globalThis.trustedTypes?.createPolicy("broadsheet", { createHTML: (page) => page });

async function parsed(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const page = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(page) : page, "text/html");
}

/** Move the new page's items into `list`; a day that goes on is joined, not repeated. */
function append(list, more) {
  const first = more.firstElementChild;
  for (const item of [...more.children]) {
    const day = item.dataset.day && list.querySelector(`[data-day="${item.dataset.day}"] ol`);
    if (day) day.append(...item.querySelector("ol").children);
    else list.append(item);
  }
  return first;
}

export function enhance(link) {
  link.addEventListener("click", async (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (link.classList.contains("is-loading")) return;
    link.classList.add("is-loading");
    try {
      const page = await parsed(link.href);
      const list = document.querySelector("[data-more-list]");
      const before = list.querySelectorAll("li").length;
      append(list, page.querySelector("[data-more-list]"));
      const next = page.querySelector("[data-more]");
      if (next) link.href = new URL(next.getAttribute("href"), link.href).href;
      else link.parentElement.remove();
      list.querySelectorAll("li")[before]?.querySelector("a")?.focus({ preventScroll: true });
      const status = document.querySelector("[data-more-status]");
      if (status) status.textContent = status.dataset.text;
    } catch {
      location.assign(link.href);
    } finally {
      link.classList.remove("is-loading");
    }
  });
}

document.querySelectorAll("[data-more]").forEach(enhance);
