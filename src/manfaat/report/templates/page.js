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
