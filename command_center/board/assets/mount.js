// NiceGUI lets browsers keep this file for a year, so it only points to the one that may change.
export { Board as default } from "/board/assets/board.js";
