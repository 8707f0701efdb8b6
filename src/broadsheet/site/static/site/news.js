/** Says "n new stories" as they break, without moving the reader; the button shows them. */
const button = document.querySelector("[data-news]");
const policy = globalThis.trustedTypes?.createPolicy("broadsheet-news", { createHTML: (page) => page });
const words = JSON.parse(button?.dataset.words ?? "[]");
const seen = new Set();

async function fresh() {
  const answer = await fetch(location.pathname, { credentials: "same-origin", cache: "no-cache" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const page = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(page) : page, "text/html");
}

function announce(event) {
  const told = JSON.parse(event.data);
  if (seen.has(told.id) || document.querySelector(`main a[href="${CSS.escape(told.path).replaceAll("\\", "")}"]`)) return;
  seen.add(told.id);
  button.textContent = words[Math.min(seen.size, words.length) - 1];
  button.hidden = false;
}

/** Put what is new on top of the list; days that go on are joined, not repeated. Says how many came. */
function prepend(list, page) {
  const known = new Set([...list.querySelectorAll("li a")].map((link) => link.getAttribute("href")));
  let came = 0;
  for (const day of [...page.querySelectorAll("[data-more-list] > [data-day]")].reverse()) {
    const items = [...day.querySelectorAll("ol > li")].filter((item) => !known.has(item.querySelector("a")?.getAttribute("href")));
    came += items.length;
    if (!items.length) continue;
    const here = list.querySelector(`[data-day="${day.dataset.day}"] ol`);
    if (here) here.prepend(...items);
    else {
      day.querySelector("ol").replaceChildren(...items);
      list.prepend(day);
    }
  }
  return came;
}

/** The first to ask after a change may still get the page before it; the next one doesn't. */
async function renew(list) {
  for (const pause of [0, 300, 700, 1500]) {
    await new Promise((done) => setTimeout(done, pause));
    if (prepend(list, await fresh())) return;
  }
}

button?.addEventListener("click", async () => {
  const list = document.querySelector("[data-more-list]");
  button.disabled = true;
  try {
    if (!list) {
      await fresh();
      await new Promise((done) => setTimeout(done, 300));
      return location.reload();
    }
    await renew(list);
    seen.clear();
    button.hidden = true;
    scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    list.querySelector("li a")?.focus({ preventScroll: true });
  } catch {
    location.reload();
  } finally {
    button.disabled = false;
  }
});

// Without an edge there is nobody to tell, and no button.
if (button) new EventSource(button.dataset.news).addEventListener("story", announce);
