// Small helpers around the document, typed for `make maintain WHAT=js-check`.

/**
 * The nearest element around the place of an event that matches a selector; null where the event hit no element.
 * @type {<S extends string>(event: Event, selector: S) => ElementOf<S> | null}
 */
export const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
