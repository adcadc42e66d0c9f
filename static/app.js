/* What the pages do more of when there is JavaScript. Nothing here is needed: every page works without it. */
(() => {
  "use strict";

  const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  const each = (root, selector, act) => {
    if (root.matches?.(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  };

  /* Keys: / goes to the search, 1 to 9 score the criterion that is focused, Escape closes what was opened. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") closeMenus(null, true);
    if (typing(event.target)) return;
    if (event.key === "/") return goSearching(event);
    const scale = event.target.closest("[data-scale]");
    if (scale && /^[1-9]$/.test(event.key)) return score(scale, event);
    const coding = document.querySelector("form[data-digits]");
    if (coding) code(coding, event);
  });

  /* Coding: 1 to 9 set and take away the first nine themes, Enter keeps them. */
  function code(form, event) {
    const box = form.querySelectorAll("input[type=checkbox]")[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && box) box.checked = !box.checked;
    else if (event.key === "Enter" && !event.target.closest("a, button, summary")) form.requestSubmit();
    else return;
    event.preventDefault();
  }

  function goSearching(event) {
    const field = document.querySelector("main [data-search]");
    const link = document.querySelector(".find");
    if (!field && !link) return;
    event.preventDefault();
    if (field) field.focus();
    else link.click();
  }

  function score(scale, event) {
    const choice = [...scale.querySelectorAll("input[type=radio]")].find((input) => input.value === event.key);
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    choice.focus();
    choice.dispatchEvent(new Event("input", { bubbles: true }));
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function closeMenus(except, refocus = false) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu.contains(except)) return;
      menu.open = false;
      if (refocus) menu.querySelector("summary").focus();
    });
  }
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));

  /* A filter bar answers as soon as something is chosen; its button stays for words. */
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form && event.target.matches("select, input:not([type=search]):not([type=text])")) form.requestSubmit();
  });

  /* Forms with text: kept in this browser until the server has them, and guarded against leaving. */
  const changed = new Set();
  let sending = false;
  const group = (form) => `draft ${document.body.dataset.who ?? ""} ${form.dataset.draft}`;
  const place = (form) => form.dataset.window ? `${group(form)} ${form.dataset.window}` : group(form);
  const fields = (form) => [...form.elements].filter((field) => field.name && field.name !== "key" && !["hidden", "password", "file", "submit", "button"].includes(field.type));
  const isPick = (field) => field.type === "radio" || field.type === "checkbox";

  function state(form) {
    return fields(form).map((field) => [field.name, field.value, isPick(field) ? field.checked : null]);
  }

  function remember(form) {
    const kept = JSON.stringify({ at: Date.now(), state: state(form) });
    try { localStorage.setItem(place(form), kept); } catch { /* no room or no right: the server's copy stands alone */ }
  }

  /* What is kept, each with its field. A list that comes and goes with what is near has one name many times: it is left. */
  function matched(form, kept) {
    const now = fields(form);
    return kept.state.map(([name, value, picked]) => {
      const those = now.filter((one) => one.name === name && (picked === null || one.value === value));
      return { field: those.length === 1 ? those[0] : null, value, picked };
    }).filter(({ field }) => field);
  }
  const differs = ({ field, value, picked }) => picked === null ? field.value !== value : field.checked !== picked;

  function restore(form, kept) {
    matched(form, kept).forEach(({ field, value, picked }) => {
      if (picked === null) field.value = value;
      else field.checked = picked;
    });
    changed.add(form);
  }

  /* Of this form's window; else the newest of other windows that the server has not got, or has not got so new. */
  function lastKept(form) {
    const own = JSON.parse(localStorage.getItem(place(form)));
    if (own || !form.dataset.window) return own && { ...own, key: place(form) };
    const before = `${group(form)} `;
    const has = (key, at) => [...document.querySelectorAll("[data-kept]")].some((one) => before + one.dataset.kept === key && Number(one.dataset.at) > at - 3000);
    return Object.keys(localStorage).filter((key) => key.startsWith(before))
      .map((key) => ({ ...JSON.parse(localStorage.getItem(key)), key }))
      .filter(({ key, at }) => !has(key, at))
      .sort((one, other) => other.at - one.at)[0];
  }

  function offer(form) {
    let kept = null;
    try { kept = lastKept(form); } catch { return; }
    if (!kept || !matched(form, kept).some(differs)) return;
    const bar = document.createElement("div");
    bar.className = "draft";
    bar.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = `Text that was not sent is kept in this browser, from ${new Date(kept.at).toLocaleString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false })}.`;
    const forgetIt = () => { try { localStorage.removeItem(kept.key); } catch { /* as above */ } };
    const take = button("Put it back", () => { restore(form, kept); forgetIt(); remember(form); bar.remove(); });
    const drop = button("Throw it away", () => { forgetIt(); bar.remove(); });
    bar.append(words, take, drop);
    form.prepend(bar);
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn slim";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  let saving = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-guard], [data-draft]")) return;
    changed.add(form);
    if (!form.matches("[data-draft]")) return;
    clearTimeout(saving);
    saving = setTimeout(() => remember(form), 400);
    if (form.dataset.save) {
      clearTimeout(sendingText);
      sendingText = setTimeout(() => keepOnServer(form), 1500);
    }
  });

  /* What is typed is kept by the server too, window by window; the form says what became of it. */
  let sendingText = 0;
  async function keepOnServer(form) {
    if (!form.isConnected || sending) return;
    const line = form.querySelector("[data-saved]");
    const typed = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const id = form.dataset.draft.match(/^idea-(\d+)$/)?.[1];
    if (id) typed.set("idea", id);
    const clock = new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "short", hour12: false });
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body: typed });
      line.textContent = answer.ok ? `Kept at ${clock}.`
        : answer.status === 401 ? "You are signed out. What you type is kept in this browser; sign in in another window, and go on here."
        : "Not kept by the server. What you type is kept in this browser.";
    } catch {
      line.textContent = "No connection. What you type is kept in this browser, and sent when you type on with a connection.";
    }
  }
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    sending = true;
    changed.delete(event.target);
    if (event.target.matches("[data-draft]")) hand(event.target);
    if (event.target.action.endsWith("/sign-out")) forgetAll();
  });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", (event) => {
    const open = [...changed].some((form) => form.isConnected);
    if (open && !sending) event.preventDefault();
  });

  /* A draft is done with when a page comes after it that is neither the form again, with what was typed, nor an error. */
  function hand(form) {
    remember(form);
    try { sessionStorage.setItem("sent", place(form)); } catch { /* as above */ }
  }

  const written = (form) => fields(form).some((field) => field.matches("textarea, [type=text]") && field.value);

  function forgetSent() {
    const sent = sessionStorage.getItem("sent");
    if (!sent) return;
    sessionStorage.removeItem("sent");
    const again = [...document.querySelectorAll("form[data-draft]")].some((form) => place(form) === sent && written(form));
    if (!again && !document.body.matches(".p-error")) localStorage.removeItem(sent);
  }
  try { forgetSent(); } catch { /* as above */ }

  function forgetAll() {
    try { Object.keys(localStorage).filter((key) => key.startsWith("draft ")).forEach((key) => localStorage.removeItem(key)); } catch { /* as above */ }
  }

  /* What an answer of htmx without our own words would leave unsaid. */
  document.addEventListener("htmx:after:request", (event) => {
    const { response, hx } = event.detail.ctx;
    if (response.status === 401 && [...changed].some((form) => form.isConnected)) {
      event.preventDefault();
      return say("You are signed out. What you typed is still here. Sign in in another window, and go on.");
    }
    if (response.status < 400 || response.status === 422 || hx.retarget || hx.redirect) return;
    event.preventDefault();
    say(`The server could not do this (${response.status}). What you typed is still here. Try again in a moment.`);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx?.request) say("No answer came. What you typed is still here. Look at your connection and try again.");
  });

  function say(words) {
    const notice = document.getElementById("notice");
    const line = document.createElement("p");
    line.className = "wrap hurt";
    line.textContent = words;
    notice.replaceChildren(line);
    dressNotice(notice);
  }

  function dressNotice(notice) {
    const line = notice.querySelector("p");
    if (!line || line.querySelector("button")) return;
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", "Close this notice");
    close.textContent = "×";
    close.addEventListener("click", () => notice.replaceChildren());
    line.append(close);
    notice.scrollIntoView({ block: "nearest" });
  }

  function centre(step) {
    const track = step.closest(".trail > .wrap");
    if (track.scrollWidth <= track.clientWidth) return;
    const way = getComputedStyle(track).direction === "rtl" ? -1 : 1;
    track.scrollLeft += way * (step.getBoundingClientRect().left - track.getBoundingClientRect().left - 104);
  }

  /* The inbox's count, asked for again while the page is looked at. It ends with the session, and says nothing of it:
     what is being typed here stays. */
  const inbox = document.querySelector("a[data-count]");
  const COUNT_EVERY = 30000;
  let counting = 0;
  async function count() {
    clearTimeout(counting);
    if (document.hidden) return;
    try {
      const answer = await fetch(inbox.dataset.count, { redirect: "manual", headers: { "HX-Target": "span#unread" } });
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return;
      if (answer.ok) showCount(await answer.text());
    } catch { /* no connection: asked again in a while */ }
    counting = setTimeout(count, COUNT_EVERY * (0.8 + Math.random() * 0.4));
  }

  function showCount(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("unread");
    const shown = document.getElementById("unread");
    if (fresh && shown && fresh.textContent !== shown.textContent) shown.replaceWith(fresh);
  }
  if (inbox) {
    counting = setTimeout(count, COUNT_EVERY);
    document.addEventListener("visibilitychange", count);
  }

  function dress(root) {
    each(root, "#notice", dressNotice);
    each(root, "form[data-draft]", offer);
    each(root, ".trail .present", centre);
    each(root, "[data-focus]", (element) => element.focus());
    each(root, "[data-print]", (element) => { element.hidden = false; element.addEventListener("click", () => print()); });
  }
  dress(document);
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx.target;
    const id = typeof target === "string" ? target.replace(/^#/, "") : target?.id;
    const swapped = id && document.getElementById(id);
    if (swapped) dress(swapped);
  });
})();
