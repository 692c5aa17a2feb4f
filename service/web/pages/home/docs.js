// The API documentation. Swagger UI leaves out names and roles that a screen reader needs; they are set from outside, so that its files stay as published.
(() => {
  "use strict";

  // A link inside a button cannot be reached: the path of an operation is text there, and opening it still sets the address.
  const PathAsText = () => ({
    wrapComponents: {
      OperationSummaryPath: (Original, { React }) => (props) => {
        const Text = ({ text }) => React.createElement("span", null, text);
        const getComponent = (name, ...rest) => name === "DeepLink" ? Text : props.getComponent(name, ...rest);
        return React.createElement(Original, { ...props, getComponent });
      },
    },
  });

  const name = (element, words) => element.setAttribute("aria-label", words);

  const nameOf = (field) => {
    const row = field.closest("[data-param-name]");
    if (row) return row.dataset.paramName;
    if (field.closest(".response, .responses-wrapper")) return "Media type of the answer";
    return field.closest(".opblock-section-request-body") ? "Body of the request" : "Server";
  };

  const complete = (root) => {
    for (const field of root.querySelectorAll(":is(select, textarea, input):not([aria-label], [type=submit])"))
      if (!field.labels.length) name(field, nameOf(field));
    for (const button of root.querySelectorAll(".close-modal:not([aria-label])")) name(button, "Close");
    for (const copy of root.querySelectorAll(".copy-to-clipboard > button:not([aria-label])")) name(copy, "Copy");
    for (const shown of root.querySelectorAll("pre:not([tabindex])")) shown.tabIndex = 0;
    for (const head of root.querySelectorAll(".info h1, :is(h3, h4, h5).opblock-tag, .models > h4, .modal-ux-header h3")) head.setAttribute("aria-level", "2");
    for (const head of root.querySelectorAll(":is(.opblock-section, .responses-wrapper, .modal-ux-content) :is(h4, h5, h6)")) head.setAttribute("aria-level", "3");
  };

  const root = document.getElementById("swagger-ui");
  new MutationObserver(() => complete(root)).observe(root, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, plugins: [PathAsText], syntaxHighlight: { theme: "idea" },
    // some two hundred schemas stay folded, and on a phone the operations of each tag, too
    defaultModelsExpandDepth: 0, docExpansion: matchMedia("(max-width: 48rem)").matches ? "none" : "list",
  });
})();
