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
  function csvCell(cell) {
    var text = cell.textContent.trim();
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
    function key(row) { var text = row.cells[place].textContent; return isNumber ? amount(text) : text; }
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
  document.querySelectorAll("figure.table").forEach(function (figure) {
    var table = figure.querySelector("table"), bar = made("p", "bar", ""), button = made("button", "csv", words.csv);
    button.type = "button";
    button.addEventListener("click", function () { take(figure, table); });
    bar.appendChild(button);
    figure.insertBefore(bar, figure.querySelector(".note"));
    var rows = Array.from(table.tBodies[0] ? table.tBodies[0].rows : []);
    if (table.tBodies.length > 1 || rows.length < 4) { return; }
    Array.from(table.tHead.rows[0].cells).forEach(function (head, place) {
      var name = made("button", "sort", head.textContent);
      name.type = "button";
      name.addEventListener("click", function () { sort(table, rows, place); });
      head.textContent = "";
      head.appendChild(name);
    });
    if (rows.length < 12) { return; }
    var label = made("label", "", words.rows + " "), field = made("input", "", "");
    field.type = "search";
    field.addEventListener("input", function () {
      var wanted = field.value.toLowerCase();
      ungroup(table);
      rows.forEach(function (row) { row.hidden = row.textContent.toLowerCase().indexOf(wanted) < 0; });
    });
    label.appendChild(field);
    bar.appendChild(label);
  });

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
