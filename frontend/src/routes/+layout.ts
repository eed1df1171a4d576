// The service answers JSON only; the page is drawn in the browser.
export const ssr = false;
