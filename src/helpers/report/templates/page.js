(function () {
  "use strict";
  var button = document.getElementById("toggle");
  button.hidden = false;
  button.addEventListener("click", function () {
    var shown = document.body.classList.toggle("with-code");
    button.setAttribute("aria-pressed", String(shown));
  });
  var contents = document.querySelector(".contents details");
  if (window.matchMedia("(max-width: 68rem)").matches) { contents.open = false; }
})();
