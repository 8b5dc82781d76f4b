(function () {
  "use strict";
  var root = document.documentElement;
  function kept(name, value) { // a page opened from a file may not be allowed to keep anything
    try { if (value === undefined) { return window.localStorage.getItem(name); } window.localStorage.setItem(name, value); } catch (refused) { return null; }
    return value;
  }
  var code = document.getElementById("toggle"), theme = document.getElementById("theme");
  if (code) {
    code.hidden = false;
    code.addEventListener("click", function () {
      code.setAttribute("aria-pressed", String(document.body.classList.toggle("with-code")));
    });
  }
  function show(dark) {
    root.setAttribute("data-theme", dark ? "dark" : "light");
    theme.setAttribute("aria-pressed", String(dark));
  }
  var before = kept("manfaat-theme");
  theme.hidden = false;
  show(before ? before === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches);
  theme.addEventListener("click", function () {
    var dark = root.getAttribute("data-theme") !== "dark";
    show(dark);
    kept("manfaat-theme", dark ? "dark" : "light");
  });
  function reachable() { // a picture wider than a telephone is scrolled, by keyboard too
    document.querySelectorAll("figure.exhibit:not(.table)").forEach(function (figure) {
      if (figure.scrollWidth > figure.clientWidth) { figure.tabIndex = 0; } else { figure.removeAttribute("tabindex"); }
    });
  }
  window.addEventListener("resize", reachable);
  reachable();

  // Tables: a heading sorts, a field keeps the rows that hold a word, a button takes the data along
  var words = document.body.dataset;
  function amount(text) {
    var found = /-?\d+(?:\.\d+)?/.exec(text.replace(/\u2212/g, "-").split(words.mark === "," ? "." : ",").join("").replace(",", "."));
    return found ? Number(found[0]) : NaN;
  }
  function spaced(element) { return element.textContent.replace(/\u00a0/g, " "); }
  function csvCell(cell) {
    var text = spaced(cell).trim();
    if (/^[-\u2212]?[\d.,]+$/.test(text)) { return String(amount(text)); }
    return '"' + (/^[=+@\t-]/.test(text) ? "'" : "") + text.replace(/"/g, '""') + '"'; // no cell is a formula
  }
  function csv(table) {
    return Array.from(table.rows).map(function (row) { return Array.from(row.cells).map(csvCell).join(","); }).join("\r\n") + "\r\n";
  }
  function take(figure, table) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + csv(table)], { type: "text/csv" }));
    link.download = figure.id + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }
  function ungroup(table) { // a row may no longer stand below its like, whose name it bears unseen
    table.querySelectorAll(".again").forEach(function (cell) { cell.classList.remove("again"); });
  }
  function sort(table, rows, place) {
    var head = table.tHead.rows[0].cells[place], up = head.getAttribute("aria-sort") !== "ascending";
    var isNumber = head.classList.contains("number");
    function key(row) { var text = spaced(row.cells[place]); return isNumber ? amount(text) : text; }
    function order(a, b) {
      var x = key(a), y = key(b);
      if (isNumber) { return isNaN(x) || isNaN(y) ? isNaN(x) - isNaN(y) : up ? x - y : y - x; } // a dash stays below
      return (up ? 1 : -1) * x.localeCompare(y, root.lang, { numeric: true });
    }
    rows.sort(order).forEach(function (row) { table.tBodies[0].appendChild(row); });
    ungroup(table);
    table.querySelectorAll("[aria-sort]").forEach(function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  }
  function made(tag, look, text) {
    var element = document.createElement(tag);
    element.className = look;
    element.textContent = text;
    return element;
  }
  function button(look, text, act) {
    var element = made("button", look, text);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  }
  document.querySelectorAll("figure.table").forEach(function (figure) {
    var table = figure.querySelector("table"), bar = made("p", "bar", "");
    bar.appendChild(button("csv", words.csv, function () { take(figure, table); }));
    figure.insertBefore(bar, figure.querySelector(".note"));
    var rows = Array.from(table.tBodies[0] ? table.tBodies[0].rows : []);
    if (table.tBodies.length > 1 || rows.length < 4) { return; }
    Array.from(table.tHead.rows[0].cells).forEach(function (head, place) {
      var name = button("sort", head.textContent, function () { sort(table, rows, place); });
      head.textContent = "";
      head.appendChild(name);
    });
    if (rows.length < 12) { return; }
    var label = made("label", "", words.rows + " "), field = made("input", "", "");
    field.type = "search";
    field.addEventListener("input", function () {
      var wanted = field.value.toLowerCase();
      ungroup(table);
      rows.forEach(function (row) { row.hidden = spaced(row).toLowerCase().indexOf(wanted) < 0; });
    });
    label.appendChild(field);
    bar.appendChild(label);
  });

  // Exhibits: opened large, and linked to
  var status = made("p", "unseen", "");
  status.setAttribute("role", "status");
  (document.querySelector("main") || document.body).appendChild(status);
  function enlarge(figure, opener) {
    var dialog = document.createElement("dialog"), gap = document.createElement("div");
    gap.style.height = figure.offsetHeight + "px";
    dialog.className = "large";
    dialog.setAttribute("aria-label", figure.querySelector("figcaption .title").textContent);
    dialog.addEventListener("close", function () {
      gap.replaceWith(figure);
      dialog.remove();
      opener.focus({ preventScroll: true });
    });
    figure.replaceWith(gap);
    dialog.append(button("close", words.close, function () { dialog.close(); }), figure);
    document.body.appendChild(dialog);
    dialog.showModal();
  }
  function copied(text, then) { // a page opened from a file may not be allowed the clipboard
    function byHand() {
      var field = made("textarea", "unseen", text), before = document.activeElement;
      document.body.appendChild(field);
      field.select();
      if (document.execCommand("copy")) { then(); }
      field.remove();
      before.focus();
    }
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(then, byHand); } else { byHand(); }
  }
  document.querySelectorAll("figure.exhibit").forEach(function (figure) {
    var bar = figure.querySelector(".bar");
    if (!bar) {
      if (!figure.querySelector("svg")) { return; }
      bar = figure.appendChild(made("p", "bar", ""));
    }
    var copy = button("copy", words.copy, function () {
      copied(window.location.href.split("#")[0] + "#" + figure.id, function () {
        copy.textContent = status.textContent = words.copied;
        window.setTimeout(function () { copy.textContent = words.copy; status.textContent = ""; }, 2500);
      });
    });
    var open = button("open", words.large, function () { enlarge(figure, open); });
    bar.append(open, copy);
    var number = figure.querySelector("figcaption .number");
    bar.querySelectorAll("button").forEach(function (one) { // those of the same name are told apart by ear
      if (number) { one.setAttribute("aria-label", one.textContent + ": " + number.textContent); }
    });
  });

  // Marks of figures: whoever points at one, or goes to it with the arrow keys, is told what it shows
  var tip = made("p", "tip", ""), told = null;
  tip.setAttribute("aria-hidden", "true"); // the mark itself is named so
  function settle() {
    if (!told) { return; }
    var at = told.getBoundingClientRect(), left = at.left + (at.width - tip.offsetWidth) / 2;
    tip.style.left = Math.max(8, Math.min(left, root.clientWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (at.top > tip.offsetHeight + 12 ? at.top - tip.offsetHeight - 6 : at.bottom + 6) + "px";
  }
  function hush() {
    if (told) { told.classList.remove("on"); }
    told = null;
    tip.remove();
  }
  function tell(spot) {
    if (told === spot) { return; }
    hush();
    told = spot;
    spot.classList.add("on");
    tip.textContent = spot.getAttribute("aria-label");
    spot.closest("figure").appendChild(tip);
    settle();
  }
  function nearest(spots, x, y) { // within the breadth of a finger
    var found = null, least = 24;
    spots.forEach(function (spot) {
      var at = spot.getBoundingClientRect();
      var far = Math.hypot(Math.max(at.left - x, 0, x - at.right), Math.max(at.top - y, 0, y - at.bottom));
      far += Math.hypot(x - (at.left + at.right) / 2, y - (at.top + at.bottom) / 2) / 1e4;
      if (far < least) { least = far; found = spot; }
    });
    return found;
  }
  function answering(svg) {
    var spots = Array.from(svg.querySelectorAll(".spots rect"));
    if (!spots.length) { return; }
    svg.setAttribute("role", "group");
    spots.forEach(function (spot, place) {
      spot.setAttribute("role", "img");
      spot.setAttribute("aria-label", spot.textContent);
      spot.setAttribute("tabindex", place ? "-1" : "0");
      spot.textContent = ""; // or the browser's own hint would stand beside ours
      spot.addEventListener("focus", function () { tell(spot); });
      spot.addEventListener("blur", hush);
    });
    function point(event) {
      var spot = nearest(spots, event.clientX, event.clientY);
      if (spot) { tell(spot); } else { hush(); }
    }
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("pointerleave", function (event) { // a finger that is lifted leaves too
      if (event.relatedTarget !== tip && event.pointerType !== "touch") { hush(); }
    });
    svg.addEventListener("keydown", function (event) {
      var place = spots.indexOf(document.activeElement), last = spots.length - 1;
      var to = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: last }[event.key];
      if (to === undefined || place < 0) { return; }
      event.preventDefault();
      to = Math.max(0, Math.min(to, last));
      spots[place].setAttribute("tabindex", "-1");
      spots[to].setAttribute("tabindex", "0");
      spots[to].focus();
    });
  }
  document.querySelectorAll("figure.exhibit svg").forEach(answering);

  // Drawings for a phone that a page had no room for as they are, unpacked where one is needed
  var packed = document.getElementById("packed"), small = window.matchMedia("screen and (max-width: 34rem)");
  function hold(look, content) {
    var box = made("div", look, "");
    box.append(content);
    return box;
  }
  function unpack() {
    if (!packed || !small.matches || !window.DecompressionStream) { return; }
    var letters = window.atob(packed.content.textContent.trim().slice("base64,".length)), held = packed;
    var bytes = Uint8Array.from(letters, function (letter) { return letter.charCodeAt(0); });
    packed = null;
    new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json().then(function (drawn) {
      Object.keys(drawn).forEach(function (id) {
        var wide = document.getElementById(id).querySelector("svg"), inside = document.createElement("template");
        inside.innerHTML = drawn[id];
        var narrow = inside.content.firstElementChild, place = document.createComment("");
        wide.replaceWith(place);
        place.replaceWith(hold("wide", wide), hold("phone", narrow));
        narrow.setAttribute("aria-label", wide.getAttribute("aria-label"));
        var told = wide.querySelectorAll(".spots rect");
        narrow.querySelectorAll(".spots rect").forEach(function (spot, at) {
          spot.textContent = spot.textContent || told[at].getAttribute("aria-label"); // what is not said again is the same
        });
        answering(narrow);
      });
      held.remove();
      reachable();
    });
  }
  small.addEventListener("change", unpack);
  unpack();
  tip.addEventListener("pointerleave", hush);
  document.addEventListener("pointerdown", function (event) { if (!event.target.closest("svg")) { hush(); } });
  window.addEventListener("scroll", settle, { passive: true, capture: true });
  window.addEventListener("resize", hush);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { hush(); } });

  var contents = document.querySelector(".contents details");
  if (!contents) { return; }
  if (window.matchMedia("(max-width: 68rem)").matches) { contents.open = false; }

  // The entry of the table of contents where the reader is.
  var links = {}, headings = [], current = null;
  document.querySelectorAll(".contents a").forEach(function (link) {
    var heading = document.getElementById(link.getAttribute("href").slice(1));
    if (heading) { links[heading.id] = link; headings.push(heading); }
  });
  function mark() {
    var place = null;
    headings.forEach(function (heading) {
      if (heading.offsetParent !== null && heading.getBoundingClientRect().top < 120) { place = heading; }
    });
    place = place || headings[0];
    if (!place || place === current) { return; }
    if (current) { links[current.id].removeAttribute("aria-current"); }
    current = place;
    var link = links[place.id], nav = document.querySelector(".contents");
    link.setAttribute("aria-current", "location");
    if (nav.scrollHeight > nav.clientHeight) { nav.scrollTop = link.offsetTop - nav.clientHeight / 2; }
  }
  var waiting = false;
  window.addEventListener("scroll", function () {
    if (waiting) { return; }
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; mark(); });
  }, { passive: true });
  mark();

  // A link may lead into a closed fold; paper shows all that the page shows folded.
  function unfold() {
    var target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    for (var node = target; node; node = node.parentElement) { if (node.tagName === "DETAILS") { node.open = true; } }
  }
  window.addEventListener("hashchange", unfold);
  unfold();
})();
