// Which keys are no keys of the board: those of whoever writes or chooses, and those of the browser.

export const typing = (event) => ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);

export const combined = (event) => event.ctrlKey || event.metaKey || event.altKey;
