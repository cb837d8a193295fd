// Without this file every page works: times stand as written, forms are sent as forms. With it the countdowns run, and
// a deed that is tapped without a line is kept on the phone (order number, deed, time and key; no text, no name) and
// sent once there is one and whoever tapped it is signed in: never in a colleague's name. The key makes sure that it is
// written once, however often it is sent. A list that several people work on is read again when something was written,
// unless one is in the midst of something in it.
(function () {
  "use strict";
  const KEPT = "qingling-outbox";
  const READER = document.body.dataset.reader || "";
  const AHEAD = Date.parse(document.body.dataset.now) - Date.now() || 0;

  function left(moment) {
    const minutes = Math.round((moment - Date.now() - AHEAD) / 60000), span = Math.abs(minutes);
    const said = span < 60 ? span + "分" : span < 1440 ? Math.floor(span / 60) + "小时" + (span % 60) + "分" : Math.floor(span / 1440) + "天";
    return (minutes < 0 ? "已过" : "还剩") + said;
  }

  function tick() {
    document.querySelectorAll("time[data-left]").forEach(function (time) {
      const moment = Date.parse(time.dateTime);
      if (!Number.isNaN(moment)) time.textContent = left(moment);
    });
  }

  function kept() {
    try { return JSON.parse(localStorage.getItem(KEPT)) || []; } catch (error) { return []; }
  }

  function own() { return kept().filter(function (entry) { return entry.reader === READER; }); }

  function keep(list) { localStorage.setItem(KEPT, JSON.stringify(list)); show(); }

  function show(said) {
    const note = document.getElementById("outbox"), waiting = own().length;
    if (!note) return;
    note.hidden = !waiting && !said;
    note.textContent = said || "有" + waiting + "条登记存在手机上，有网络后自动送出，请不要清除浏览器数据。";
  }

  function token() {
    const field = document.querySelector("form[data-outbox] input[name=form_token], form.out input[name=form_token]");
    return field ? field.value : "";
  }

  async function send(entry) {
    const body = new URLSearchParams(entry.fields);
    body.set("form_token", token());
    body.set("tapped_at", entry.tapped_at);
    return fetch(entry.action, { method: "POST", body: body, headers: { Accept: "text/html" }, redirect: "follow" });
  }

  let sending = false, leaving = false;
  async function flush(mine) {
    if (sending) return;
    sending = true;
    let shown = null, refused = false;
    try {
      for (const entry of own()) {
        const answer = await send(entry);
        if (answer.url.endsWith("/login") || answer.status === 403 || answer.status === 429 || answer.status >= 500) break;
        keep(kept().filter(function (other) { return other.fields.key !== entry.fields.key; }));
        if (answer.ok) shown = answer.url; else refused = true;
      }
    } catch (error) { /* no line: what is kept stays kept */ } finally { sending = false; }
    if (refused) show("有一条登记没有被接受，请打开该工单核实后重新登记。");
    else if (shown && mine) location.assign(shown);
    else if (shown && !leaving) location.reload();
    else show();
  }

  document.addEventListener("submit", function (event) {
    const form = event.target, button = event.submitter;
    if (!form.matches("form[data-outbox]")) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    delete fields.form_token;
    if (button && button.name) fields[button.name] = button.value;
    fields.key += "-" + fields.deed;
    if (fields.deed === "delayed" && !fields.promised_on) { show("请先填写告知居民的维修日期。"); return; }
    if (kept().some(function (entry) { return entry.fields.key === fields.key; })) return;
    keep(kept().concat({ action: form.getAttribute("action"), fields: fields, reader: READER, tapped_at: new Date(Date.now() + AHEAD).toISOString() }));
    flush(true);
  });

  document.addEventListener("click", function (event) {
    const copier = event.target.closest("[data-copy]");
    if (!copier || !navigator.clipboard) return;
    navigator.clipboard.writeText(copier.dataset.copy).then(function () { copier.textContent = "已复制"; });
  });

  function isBusy(part) {
    const typed = Array.from(part.querySelectorAll("input, textarea")).some(function (field) { return field.value !== field.defaultValue; });
    return typed || part.contains(document.activeElement) || part.querySelector("details[open]");
  }

  async function renew() {
    const parts = Array.from(document.querySelectorAll("[data-live]"));
    if (!parts.length || document.hidden || parts.some(isBusy)) return;
    try {
      const mark = await fetch("/live", { headers: { Accept: "text/plain" } });
      if (!mark.ok || mark.redirected || (await mark.text()) === parts[0].dataset.mark) return;
      const answer = await fetch(parts[0].dataset.live);
      if (!answer.ok || answer.redirected || parts.some(isBusy)) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-live]");
      if (fresh.length !== parts.length) return;
      parts.forEach(function (part, at) {
        part.dataset.mark = fresh[at].dataset.mark;
        part.replaceChildren(...fresh[at].childNodes);
      });
      tick();
    } catch (error) { /* no line: the list stays as it is, with its time */ }
  }

  window.addEventListener("beforeunload", function () { leaving = true; });
  window.addEventListener("online", function () { flush(false); });
  tick();
  setInterval(tick, 30000);
  setInterval(renew, 15000);
  show();
  if (own().length) flush(false);
})();
