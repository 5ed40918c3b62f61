/** Makes an element; `dataset` is taken like any property. */
export function element(tag, { dataset = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** The element of the page that has this id. */
export const at = (id) => document.getElementById(id);
