// What TypeScript has to know about our pages beside the browser's own types, for `make maintain WHAT=js-check`.
import type { ParseSelector } from "typed-query-selector/parser";

declare global {
  type ElementOf<Selector extends string> = ParseSelector<Selector, HTMLElement>;

  // A selector with a tag ("dialog#move", "input[name=is]") gives that element's type; without one, any HTML element.
  interface ParentNode {
    querySelector<S extends string>(selector: S): ParseSelector<S, HTMLElement> | null;
    querySelectorAll<S extends string>(selector: S): NodeListOf<ParseSelector<S, HTMLElement>>;
  }
  interface Element {
    closest<S extends string>(selector: S): ParseSelector<S, HTMLElement> | null;
  }

  // Fields of a form by their names; which control a name has is known to its template only.
  interface HTMLFormControlsCollection {
    [name: string]: any;
  }

  interface HtmxDetail {
    elt: HTMLElement;
    target: HTMLElement;
    headers: Record<string, string>;
    xhr: XMLHttpRequest;
    question?: string;
    issueRequest(skipConfirmation: boolean): void;
  }

  interface DocumentEventMap {
    "htmx:confirm": CustomEvent<HtmxDetail>;
    "htmx:responseError": CustomEvent<HtmxDetail>;
    "htmx:beforeRequest": CustomEvent<HtmxDetail>;
    "htmx:configRequest": CustomEvent<HtmxDetail>;
    "htmx:afterSwap": CustomEvent<HtmxDetail>;
    "htmx:load": CustomEvent<HtmxDetail>;
    "sign-out:asked": CustomEvent<Promise<boolean>[]>;
    toast: CustomEvent<{ text: string; undo?: string }>;
  }
}
