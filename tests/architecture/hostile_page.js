// What Chromium's parser makes of pages that hold hostile words: for each body the mistakes, its forms, and its ways into the portal.
(bodies) => {
  const ADDRESSES =
    /^(href|src|action|formaction|poster|data|cite|background|ping|xlink:href|hx-(get|post|put|patch|delete|push-url|replace-url))$/;
  const NEVER_WORDS = /^(style|class|srcdoc|hx-on.*|type|integrity|hx-(target|swap|trigger|include|select|ext))$/;
  const NOT_TYPED = ["checkbox", "radio", "submit", "button", "hidden", "file", "select-one", "select-multiple"];
  // A control called "elements" would stand in the way of the form's own.
  const CONTROLS = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get;
  const ORIGIN = "https://portal.example/";

  const isOurs = (value) => /zq\d/.test(value);
  const isJson = (text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  const ofAddress = (element, key, value, say) => {
    const address = value.replace(/[\u0000-\u0020]/g, "");
    const isPicture = element.localName === "img" && !isOurs(value);
    if (/^(javascript|vbscript|data):/i.test(address) && !isPicture) say(`a script as address in ${key}`, element, value);
    if (!isOurs(value) || !URL.canParse(value, ORIGIN)) return;
    const url = new URL(value, ORIGIN);
    if (url.origin + "/" === ORIGIN && url.searchParams.has("zqp"))
      say(`a parameter of a column in ${key}`, element, value);
  };

  const ofAttribute = (element, key, value, say) => {
    if (/^(on|zq)/.test(key) || /["'<]/.test(key)) say(`an attribute of a column, ${key}`, element, value);
    if (NEVER_WORDS.test(key) && isOurs(value)) say(`words of a column as ${key}`, element, value);
    // Made by chance, so it may hold the letters of a canary; what is not made so is no nonce.
    if (key === "nonce" && !/^[A-Za-z0-9+/]{22}==$/.test(value)) say("a nonce that is none", element, value);
    if (key === "content" && element.hasAttribute("http-equiv") && isOurs(value))
      say("words of a column as a header", element, value);
    const isObject = /^hx-(vals|headers|request)$/.test(key) || (/^data-/.test(key) && isOurs(value) && /^[[{]/.test(value));
    if (isObject && !isJson(value)) say(`broken JSON in ${key}`, element, value);
    if (ADDRESSES.test(key)) ofAddress(element, key, value, say);
  };

  const ofElement = (element, say) => {
    const name = element.localName;
    if (name.startsWith("zq")) say("an element of a column", element, name);
    if (["base", "object", "embed"].includes(name)) say("an element nothing needs", element, name);
    if (["script", "style"].includes(name) && isOurs(element.textContent)) {
      if (name === "style" || !/json/.test(element.type)) say("words of a column as code", element, element.textContent);
      else if (!isJson(element.textContent)) say("broken JSON", element, element.textContent);
    }
    for (const { name: key, value } of element.attributes) ofAttribute(element, key, value, say);
  };

  const field = (control) => ({
    name: control.name,
    kind: ["input", "button"].includes(control.localName) ? control.type : control.localName,
    value: ["select", "textarea"].includes(control.localName) ? control.value : control.getAttribute("value") || "",
    options: control.options ? [...control.options].map((each) => each.value) : [],
    isFree: !NOT_TYPED.includes(control.type),
  });

  const form = (element) => ({
    action: element.getAttribute("action") || element.getAttribute("hx-post") || "",
    method: element.hasAttribute("hx-post") ? "post" : (element.getAttribute("method") || "get").toLowerCase(),
    fields: [...CONTROLS.call(element)].filter((control) => control.name).map(field),
  });

  return bodies.map((body) => {
    const page = new DOMParser().parseFromString(body, "text/html");
    const found = new Set();
    const say = (what, element, value) =>
      found.add(`${what} in <${element.localName}>: ${String(value).slice(0, 90)}`);
    const roots = [page, ...[...page.querySelectorAll("template")].map((each) => each.content)];
    for (const root of roots) for (const element of root.querySelectorAll("*")) ofElement(element, say);
    const links = [...page.querySelectorAll("a[href], [hx-get]")].map(
      (each) => each.getAttribute("href") || each.getAttribute("hx-get") || "",
    );
    return {
      found: [...found],
      forms: [...page.querySelectorAll("form")].map(form),
      links: [...new Set(links.map((each) => each.split("#")[0]))].filter((each) => /^\/(?!\/)/.test(each)),
    };
  });
}
