// The panel's whole client side. The server renders everything; this swaps in what it sends, without losing focus, scroll
// position, or what was opened. Without it the pages still work as plain links and forms.

const main = document.getElementById("main");
const liveState = document.getElementById("live-state");
const skew = Number(document.body.dataset.now) - Date.now(); // The server's clock decides what "ago" means.

let stream = null;
let paused = false;
let retry = 0;
let visit = 0;
let pressed = false;
const held = new Map(); // The newest picture of each fragment that came while the pointer was down; a handful.

// --- Morphing: make one tree look like another, keeping every node that can be kept ---

function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || (from.id ?? "") !== (to.id ?? "")) {
    from.replaceWith(to);
  } else if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
  } else if (!from.isEqualNode(to)) {
    morphAttributes(from, to);
    morphChildren(from, to);
  }
}

function morphAttributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  if (from === document.activeElement) return; // Never under someone's fingers.
  if (from.nodeName === "INPUT") {
    from.value = to.getAttribute("value") ?? (from.type === "checkbox" ? "on" : "");
    from.checked = to.hasAttribute("checked");
  } else if (from.nodeName === "OPTION") {
    from.selected = to.hasAttribute("selected");
  }
}

function morphChildren(from, to) {
  const wanted = [...to.childNodes];
  const wantedIds = new Set(wanted.map(n => n.id).filter(Boolean));
  const kept = new Map([...from.children].filter(n => n.id).map(n => [n.id, n]));
  let at = from.firstChild;
  const skipGone = () => {
    while (at && at.id && !wantedIds.has(at.id)) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };
  for (const next of wanted) {
    skipGone();
    const same = next.id && kept.get(next.id);
    if (same) {
      if (same === at) at = at.nextSibling;
      else from.insertBefore(same, at);
      morph(same, next);
    } else if (at && !at.id && !next.id && at.nodeName === next.nodeName) {
      const current = at;
      at = at.nextSibling;
      morph(current, next);
    } else {
      from.insertBefore(next, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

// --- The live stream of the open tab: exactly one, and none while nobody looks ---

function show(state, text) {
  if (!liveState || liveState.dataset.state === state) return;
  liveState.dataset.state = state;
  liveState.querySelector(".text").textContent = text;
}

function hangUp() {
  clearTimeout(retry);
  stream?.close();
  stream = null;
  held.clear();
}

function listen() {
  hangUp();
  const url = main.dataset.live;
  const button = main.querySelector("[data-pause]");
  if (button) {
    button.hidden = !url;
    button.textContent = paused ? "Resume" : "Pause";
    button.setAttribute("aria-pressed", String(paused));
  }
  if (!url) return show("off", "Not live");
  if (paused) return show("paused", "Paused");
  if (document.hidden) return;
  const mine = stream = new EventSource(url);
  mine.addEventListener("open", () => show("on", "Live"));
  mine.addEventListener("fragment", event => {
    show("on", "Live");
    paint(event.data);
  });
  mine.addEventListener("trouble", event => show("trouble", event.data));
  mine.addEventListener("ended", () => {
    hangUp();
    location.reload(); // The session is over; the server says so in its own words.
  });
  mine.addEventListener("error", () => {
    if (mine !== stream) return;
    show("wait", "Reconnecting");
    if (mine.readyState === EventSource.CLOSED) recover();
  });
}

// The server refused the stream: signed out, too many windows, or it is just starting.
function recover() {
  hangUp();
  retry = setTimeout(async () => {
    const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
    if (answer && (answer.status === 401 || answer.status === 403)) location.reload();
    else listen();
  }, 5000);
}

function paint(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const next = template.content.firstElementChild;
  const current = next?.id && document.getElementById(next.id);
  if (!current) return;
  if (pressed) held.set(next.id, html);
  else morph(current, next);
}

// Between press and release nothing moves: else a row that arrives takes the click, or nobody gets it.
function release() {
  pressed = false;
  const pictures = [...held.values()];
  held.clear();
  pictures.forEach(paint);
}

addEventListener("pointerdown", event => { pressed = event.button === 0; }, true);
for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => setTimeout(release), true); // After the click.

// --- Moving between tabs without a reload ---

async function go(url, { push = true, keep = false } = {}) {
  const mine = ++visit;
  main.setAttribute("aria-busy", "true");
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: "text/html" } });
  } catch {
    if (mine === visit) location.assign(url);
    return;
  }
  if (answer.status === 401 || answer.status === 403 || !answer.headers.get("content-type")?.startsWith("text/html")) {
    location.assign(url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== visit) return; // Someone clicked on in the meantime.
  hangUp();
  document.title = page.title;
  if (push && answer.url !== location.href) history.pushState(null, "", answer.url);
  morph(document.getElementById("tabs"), page.getElementById("tabs"));
  morph(main, page.getElementById("main"));
  main.removeAttribute("aria-busy");
  if (!keep) {
    paused = false;
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  listen();
}

function address(form) {
  const url = new URL(form.getAttribute("action"), location.href);
  for (const [name, value] of new FormData(form)) {
    if (value !== "") url.searchParams.append(name, value);
  }
  return url.href;
}

document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-nav]");
  if (link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    const keep = link.hasAttribute("data-keep");
    go(new URL(link.getAttribute("href"), location.href).href, { keep })
      .then(() => keep && document.getElementById("span-details")?.scrollIntoView({ block: "nearest" }));
  } else if (event.target.closest?.("[data-pause]")) {
    paused = !paused;
    listen();
  }
});

document.addEventListener("submit", event => {
  if (event.target.matches("form[data-nav]")) {
    event.preventDefault();
    go(address(event.target), { keep: event.target.hasAttribute("data-auto") });
  }
});

let typing = 0;
document.addEventListener("input", event => {
  const form = event.target.closest?.("form[data-auto]");
  if (form) {
    clearTimeout(typing);
    typing = setTimeout(() => form.isConnected && form.checkValidity() && go(address(form), { keep: true }), 300);
  }
});

addEventListener("popstate", () => go(location.href, { push: false }));
addEventListener("pageshow", event => event.persisted && listen());
addEventListener("pagehide", hangUp);
document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : listen()));

// --- Relative times keep moving between two pictures ---

function ago(seconds) {
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago((Date.now() + skew - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
}, 1000);

listen();
