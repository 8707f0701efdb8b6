/** What a page says of its own reader. The page itself is the same for everybody; this asks who is here. */
const policy = globalThis.trustedTypes?.createPolicy("broadsheet-account", { createHTML: (text) => text });
const bar = document.querySelector("[data-bar]");

function cookie(name) {
  return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
}

const isIn = cookie("bs_in") === "1";

async function ask() {
  const answer = await fetch(`/account/me?language=${document.documentElement.lang}`, { credentials: "same-origin" });
  return answer.ok ? answer.json() : {};
}

function greet({ name, is_subscriber: isSubscriber, has_newsroom: hasNewsroom }) {
  const place = document.querySelector("[data-reader]");
  if (!place || !name) return;
  place.textContent = name;
  if (isSubscriber || hasNewsroom) document.querySelector("[data-subscribe]")?.setAttribute("hidden", "");
}

function fill(text) {
  const page = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  bar.replaceChildren(...page.body.childNodes);
  const next = bar.querySelector("[name=next]");
  if (next) next.value = location.pathname;
}

/** How many free stories are left: the edge says so in a cookie, the page brings the words. */
function count() {
  const note = document.querySelector("[data-meter]");
  const left = cookie("bs_left");
  if (!note || isIn || left === undefined) return;
  const words = JSON.parse(note.dataset.meter)[Number(left)];
  if (!words) return;
  note.querySelector("span").textContent = words;
  note.hidden = false;
}

/** Why a story is open or closed, where the page can't know: the edge says so once, to this address alone. */
function explain() {
  const why = cookie("bs_wall");
  if (why) document.cookie = "bs_wall=; Max-Age=0; SameSite=Lax";
  const state = why && [...document.querySelectorAll("[data-state]")].find((one) => one.dataset.state === why);
  if (state) {
    for (const other of state.parentElement.querySelectorAll('[data-state=""]')) other.hidden = true;
    state.hidden = false;
    const title = state.querySelector("h2");
    if (title) state.parentElement.setAttribute("aria-labelledby", title.id);
  }
  if (isIn) for (const link of document.querySelectorAll("[data-stranger]")) link.hidden = true;
}

function warn({ is_past_due: isPastDue }) {
  const banner = document.querySelector("[data-late]");
  if (banner && isPastDue) banner.hidden = false;
}

count();
explain();
if (bar || isIn) {
  ask().then((told) => {
    greet(told);
    warn(told);
    if (bar && told.bar) fill(told.bar);
  }, () => {});
}
