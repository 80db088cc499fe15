// The only script of our own. Copy buttons first, which are hidden where scripts do not run.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const words = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    words.textContent = "Copied";
  } catch {
    words.textContent = "Select and copy by hand";
  }
  setTimeout(() => { words.textContent = "Copy"; }, 3000);
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

// A log that is followed: stays at its end unless somebody reads further up, and does not grow without end.
const lines = document.getElementById("log-lines");
const stream = document.getElementById("log-stream");
if (lines && stream) {
  const MOST = 5000;
  const [box, button, status, blank] = ["box", "pause", "status", "blank"].map((id) => document.getElementById("log-" + id));
  let paused = false, unseen = 0, fresh = 0, count = lines.childElementCount, said = "Following";
  const label = () => { button.textContent = paused ? (unseen ? `Paused – ${unseen} new lines` : "Paused – go on") : "Pause"; };
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
  const trim = () => { while (lines.childElementCount > MOST) lines.firstElementChild.remove(); count = lines.childElementCount; };
  const pause = (on) => { paused = on; unseen = 0; if (!on) { trim(); toEnd(); } label(); };
  button.addEventListener("click", () => pause(!paused));
  box.addEventListener("scroll", () => {
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    if (atEnd === paused) pause(!atEnd);
  }, { passive: true });
  // While it is paused nothing moves; what is too much by far is only counted.
  stream.addEventListener("htmx:sse:before:message", (event) => {
    if (event.detail.message.event || !paused || lines.childElementCount < 2 * MOST) return;
    event.detail.cancelled = true;
    unseen += event.detail.message.data.split("<li").length - 1;
    label();
  });
  stream.addEventListener("htmx:sse:after:message", () => {
    const more = lines.childElementCount - count;
    if (!more) return;
    count += more;
    fresh += more;
    if (blank) blank.hidden = true;
    box.hidden = false;
    if (paused) unseen += more; else { trim(); toEnd(); }
    label();
  });
  stream.addEventListener("following", () => { said = "Following"; });
  stream.addEventListener("htmx:sse:error", () => { said = "The connection is lost; trying again"; });
  setInterval(() => {
    const text = paused ? "Paused" : said === "Following" ? `${said}, ${Math.round(fresh / 5)} lines a second` : said;
    if (status.textContent !== text) status.textContent = text;
    fresh = 0;
  }, 5000);
  button.hidden = false;
  toEnd();
}
