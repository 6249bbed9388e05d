// Tells of events that came since the list was made. It never reloads the page: a link does.
"use strict";

(() => {
  const { stream, last_id, wanted, start, end, link, texts } = JSON.parse(document.getElementById("live").textContent);
  const note = document.getElementById("new-events");
  const SOONEST = 5_000; // milliseconds, after which a server that refused is asked again; each time twice as many
  const TIMES = 8;
  let lastId = last_id;
  let count = 0;
  let source = null;
  let refused = 0;
  let timer = null;

  // Moments are texts of one form, all in UTC.
  function isWanted(event) {
    const moment = event.occurred_at; // long past, if it could not be recorded then
    const isInTime = (start === null || moment >= start) && (end === null || moment < end);
    return isInTime && Object.entries(wanted).every(([name, values]) => values.includes(event[name]));
  }

  function tell() {
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = texts[Math.min(count, texts.length) - 1];
    note.replaceChildren(anchor);
  }

  function hear(message) {
    lastId = message.lastEventId;
    if (isWanted(JSON.parse(message.data))) {
      count += 1;
      tell();
    }
  }

  function opened(message) {
    lastId = message.lastEventId;
    refused = 0;
  }

  // A browser connects again by itself, but not to a server that answered with an error, as one does that is being restarted.
  function failed() {
    if (source.readyState === EventSource.CLOSED && refused < TIMES) {
      timer = setTimeout(listen, SOONEST * 2 ** refused);
      refused += 1;
    }
  }

  // A hidden page lets its connection go: browsers have but six for a server, however many pages are open.
  function listen() {
    clearTimeout(timer);
    source?.close();
    source = null;
    if (!document.hidden) {
      source = new EventSource(`${stream}&last_event_id=${lastId}`);
      source.addEventListener("stream-open", opened);
      source.addEventListener("tracking_event_created", hear);
      source.addEventListener("error", failed);
    }
  }

  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && listen()); // brought back by the button
  listen();
})();
